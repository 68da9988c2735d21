import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Which cases of a suite do not pass: those that fail so far with their cause, and those waived with a reason. */
export interface CaseLists {
  readonly failing: Readonly<Record<string, string>>;
  readonly waived: Readonly<Record<string, string>>;
}

/** Reads the lists beside a suite; a missing file means that every case passes. */
export function readCaseLists(path: string): CaseLists {
  if (!existsSync(path)) return { failing: {}, waived: {} };
  const lists = JSON.parse(readFileSync(path, "utf8")) as Partial<CaseLists>;
  return { failing: lists.failing ?? {}, waived: lists.waived ?? {} };
}

/** Writes the lists beside a suite, sorted, so that a change reads as what it is. */
export function writeCaseLists(path: string, lists: CaseLists): void {
  const sorted = (list: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ failing: sorted(lists.failing), waived: sorted(lists.waived) }, null, 2);
  writeFileSync(path, `${text}\n`);
}

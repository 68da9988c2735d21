import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where a generator reads. */
export interface GenerateInput {
  /** The repository. */
  readonly root: string;
  /** The reference data: CRD schemas, built-in kinds, protobuf fields. */
  readonly reference: string;
}

/**
 * What each `tools/generate-*.ts` exports as `generate`: paths relative to the repository and their exact content.
 * Deterministic: sorted, no dates, no machine.
 */
export type Generate = (
  input: GenerateInput,
) => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;

/** A `tools/generate-*.ts`. */
export interface Generator {
  readonly generate: Generate;
  /** Reads the reference data, which a clone need not have; false by default. */
  readonly needsReference?: boolean;
}

/** The files of a generator that are not as it would write them. */
export async function findStaleFiles(
  generate: Generate,
  input: GenerateInput,
): Promise<ReadonlyMap<string, string>> {
  const stale = new Map<string, string>();
  for (const [path, content] of await generate(input)) {
    const target = join(input.root, path);
    if (!existsSync(target) || readFileSync(target, "utf8") !== content) stale.set(path, content);
  }
  return stale;
}

/** Writes files below the repository. */
export function writeFiles(root: string, files: ReadonlyMap<string, string>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

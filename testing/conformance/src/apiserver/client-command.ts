/** A recorded run of kubectl or helm. */
export interface RecordedCommand {
  readonly name: string;
  readonly command: string;
  readonly stdin?: string;
  /** What discovery cached is forgotten first. */
  readonly coldDiscoveryCache?: boolean;
  /** Null where the command was ended from outside once it had said what it says. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run said. */
export interface CommandOutput {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const shapes: readonly (readonly [placeholder: string, shape: string])[] = [
  ["$TIME", "[0-9]{4}-[0-9]{2}-[0-9]{2}.*?|[A-Z][a-z]{2}, .*?|[A-Z][a-z]{2} .*?"],
  ["$RV", "[0-9]+"],
  ["$UID", "[0-9a-f-]{36}"],
  ["$AGE", "[^\\n]*?"],
  ["$CLUSTERIP", "10\\.0\\.0\\.[0-9]+"],
  ["$TEXT", "[\\s\\S]*?"],
  ["$TOKEN", "[\\w.-]+"],
  ["$TMP", "[0-9]+"],
  ["$SERVER", "https://[^\\s]+"],
  ["$SECONDS", "[0-9]+"],
];
const SPLIT = /(\$(?:TIME|RV|UID|AGE|CLUSTERIP|TEXT|TOKEN|TMP|SERVER|SECONDS)\d*)/;

/** The first difference between what was recorded and what a run said; `undefined` where there is none. */
export function compareOutput(
  recorded: RecordedCommand,
  output: CommandOutput,
  namespace: string,
): string | undefined {
  if (recorded.exitCode !== null && recorded.exitCode !== output.exitCode) {
    return `want exit code ${recorded.exitCode}, got ${output.exitCode}: ${output.stderr.slice(0, 600)}`;
  }
  return (
    compareText("stdout", recorded.stdout, output.stdout, namespace) ??
    compareText("stderr", recorded.stderr, output.stderr, namespace)
  );
}

/** Whether a recorded text has been said in whole. */
export function hasSaid(recorded: string, actual: string, namespace: string): boolean {
  return compareText("", recorded, actual, namespace) === undefined;
}

function compareText(what: string, recorded: string, actual: string, namespace: string): string | undefined {
  const wanted = sortSections(normalize(recorded.replaceAll("$NS", namespace)));
  const got = sortSections(normalize(actual));
  if (pattern(wanted).test(got)) return undefined;
  const wantedLines = wanted.split("\n");
  const gotLines = got.split("\n");
  const at = wantedLines.findIndex((line, index) => !pattern(line).test(gotLines[index] ?? "\0"));
  const around = (lines: readonly string[]): string => JSON.stringify(lines.slice(at, at + 6).join("\n"));
  return `${what}, line ${at + 1}: want ${around(wantedLines)}, got ${around(gotLines)}`;
}

function pattern(wanted: string): RegExp {
  const source = wanted
    .split(SPLIT)
    .map((part) => {
      const shape = shapes.find(([name]) => part.startsWith(name) && SPLIT.test(part))?.[1];
      return shape === undefined ? part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&") : `(?:${shape})`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}

/** helm holds the kinds of a release in a map, and so prints them in any order. */
function sortSections(text: string): string {
  const [head = "", ...sections] = text.split(/^(?===> )/m);
  const last = sections.at(-1) ?? "";
  const end = last.indexOf("\n\n\n");
  if (!head.startsWith("NAME: ") || end < 0) return text;
  const rest = last.slice(end + 2);
  const sorted = [...sections.slice(0, -1), last.slice(0, end + 2)].sort();
  return `${head}${sorted.join("")}${rest}`;
}

/** Columns are as wide as what is in them; ages, groups of other tests' CRDs and places in a log are each run's own. */
function normalize(text: string): string {
  return (
    text
      .replaceAll(/^ns-[a-z]{8}\.example\.com\/v1\n/gm, "")
      .replaceAll(/\b\d+y\d+d\b/g, "$AGE")
      .replaceAll(/\S*\/(LIVE|MERGED)-/g, "$1-")
      .replaceAll(/^([WIE])\d{4} [\d:.]+ +\d+ /gm, "$1 ")
      .replaceAll(/ +\t/g, "\t")
      .replaceAll(/[ \t]+$/gm, "")
      // A help text may have several paragraphs, or be absent.
      .replaceAll(/\$TEXT(?:\s+\$TEXT)+/g, "$TEXT")
      .replaceAll(/ {2,}/g, "  ")
  );
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { build, firstDifference, meaningOf, type RecordedBuild } from "../../kustomize/recorded-build.ts";
import type { Difference, FuzzCase, FuzzOutcome, FuzzTarget, Waiver } from "../fuzz-target.ts";
import { generateKustomization } from "./kustomization-case.ts";

const TIMEOUT_MS = 60_000;

/** Kustomizations, built by our engine and by `kubectl kustomize`. */
export const kustomizeTarget: FuzzTarget = {
  name: "kustomize",
  tool: "kubectl",
  waivers: [
    {
      name: "kubectl panics",
      reason: "kustomize 5.8.1 ends in a Go panic; here it is a typed error",
      applies: (_given, ours, theirs) => isPanic(theirs) && isTyped(ours),
    },
    {
      name: "uneven ids",
      reason:
        "kustomize 5.8.1 parts lists of earlier names by commas and fails or panics where it next reads uneven ones; here the build ends where they become so",
      applies: (_given, ours, theirs) =>
        isTyped(ours) && theirs.error !== undefined && (ours.error?.includes(UNEVEN) ?? false),
    },
    {
      name: "hash of another kind",
      reason:
        "kustomize 5.8.1 hashes a generated object whose kind was changed by the memory form of its YAML, lines and styles included",
      applies: (_given, ours, theirs) => isOtherHash(ours, theirs),
    },
  ] satisfies readonly Waiver[],
  generate: generateKustomization,
  ours: (given) => build(recordedInput(given)),
  theirs: runKubectl,
  difference,
  record: (name, given, theirs) => ({
    name,
    ...recordedInput(given),
    ...(theirs.error === undefined ? { expected: theirs.output ?? "" } : { error: theirs.error }),
    stderr: theirs.error === undefined ? theirs.warnings : "",
  }),
};

function isPanic({ error }: FuzzOutcome): boolean {
  return error?.startsWith("panic: ") ?? false;
}

function isTyped({ error }: FuzzOutcome): boolean {
  return error !== undefined && !error.startsWith("unexpected: ");
}

const UNEVEN = "number of previous names, number of previous namespaces, number of previous kinds not equal";
const HASH = /-[bcdfghkmt2456789]{10}\b/g;

/** Whether only hashes differ, and those of ConfigMaps and Secrets do not. */
function isOtherHash(own: FuzzOutcome, other: FuzzOutcome): boolean {
  const [ours, theirs] = [own.output ?? own.error, other.output ?? other.error];
  const bothBuild = own.error === undefined && other.error === undefined;
  const neitherBuilds = own.error !== undefined && other.error !== undefined;
  if (ours === undefined || theirs === undefined || !(bothBuild || neitherBuilds)) return false;
  const known = (text: string): string => {
    const documents = text
      .split("---\n")
      .filter((document) => /^kind: (?:ConfigMap|Secret)$/m.test(document));
    return documents
      .flatMap((document) => /^ {2}name: .*$/m.exec(document) ?? [])
      .sort()
      .join();
  };
  const unhashed = (text: string): string => text.replace(HASH, "").split("---\n").sort().join("---\n");
  return known(ours) === known(theirs) && unhashed(ours) === unhashed(theirs);
}

function recordedInput(given: FuzzCase): Pick<RecordedBuild, "files" | "filesBase64" | "run" | "options"> {
  const options = { loadRestrictor: "rootOnly", reorder: "unspecified", ...given.options };
  const { files, filesBase64, run } = given;
  const binary = filesBase64 === undefined ? {} : { filesBase64 };
  return { files, ...binary, run, options: options as RecordedBuild["options"] };
}

function flags({ options }: FuzzCase): readonly string[] {
  const { loadRestrictor, reorder, managedByLabel } = options;
  return [
    ...(loadRestrictor === "none" ? ["--load-restrictor", "LoadRestrictionsNone"] : []),
    ...(reorder === undefined || reorder === "unspecified" ? [] : ["--reorder", String(reorder)]),
    ...(managedByLabel === true ? ["--enable-managedby-label"] : []),
  ];
}

async function runKubectl(given: FuzzCase, tool: string, scratch: string): Promise<FuzzOutcome> {
  const child = spawn(tool, ["kustomize", given.run, ...flags(given)], {
    cwd: scratch,
    env: { HOME: scratch, PATH: "" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const output: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const [status] = (await once(child, "close")) as [number | null];
  const text = Buffer.concat(said)
    .toString("utf8")
    .replaceAll(scratch, "$ROOT")
    .replaceAll(dirname(scratch), "$ROOT/..");
  if (status === 0) {
    return { output: Buffer.concat(output).toString("utf8"), warnings: warningsIn(text) };
  }
  return { error: errorIn(text), warnings: "" };
}

const LOG_PREFIX = /^[IWEF]\d{4} [\d:.]+ +\d+ \S+\] /gm;

/** The warnings of kustomize, without the remarks of the client on its own flags. */
function warningsIn(text: string): string {
  return text
    .replace(LOG_PREFIX, "")
    .split("\n")
    .filter((line) => !line.startsWith("Flag --"))
    .join("\n")
    .trim();
}

function errorIn(text: string): string {
  const panic = /^panic: .*$/m.exec(text);
  if (panic !== null) return panic[0];
  const start = /^error: /m.exec(text);
  const message = start === null ? text : text.slice(start.index + start[0].length);
  return message.replace(/\n$/, "").replace(/\(0x[0-9a-f]+\)|0xc[0-9a-f]{9}/g, "$POINTER");
}

function difference(ours: FuzzOutcome, theirs: FuzzOutcome): Difference | undefined {
  if (theirs.error !== undefined) {
    if (ours.error === undefined) {
      const what = isPanic(theirs) ? theirs.error.slice(0, 60) : "they fail";
      return { kind: `we build, ${what}`, detail: `want: ${theirs.error}` };
    }
    const [got, want] = [meaningOf(ours.error), meaningOf(theirs.error)];
    if (got === want) return undefined;
    return { kind: `error differs: ${whereParted(got, want)}`, detail: `got:  ${got}\nwant: ${want}` };
  }
  if (ours.error !== undefined) return { kind: "we fail, they build", detail: `got:  ${ours.error}` };
  if (ours.output !== theirs.output) {
    return { kind: "output differs", detail: firstDifference(ours.output ?? "", theirs.output ?? "") };
  }
  if (ours.warnings.trim() === theirs.warnings) return undefined;
  return { kind: "warnings differ", detail: `got:  ${ours.warnings}\nwant: ${theirs.warnings}` };
}

/** The first words in which two messages differ, without what a case calls its files and resources. */
function whereParted(got: string, want: string): string {
  const [own, other] = [got.split(" "), want.split(" ")];
  const at = own.findIndex((word, index) => word !== other[index]);
  const from = at === -1 ? own.length : at;
  const words = (all: readonly string[]): string =>
    all
      .slice(from, from + 4)
      .map((word) => word.replace(/\d+|"[^"]*"|'[^']*'/g, "*"))
      .join(" ");
  return `${words(own)} / ${words(other)}`;
}

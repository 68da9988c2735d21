import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Environment, runLint, runTemplate } from "@weir/cli";

import { firstDifference } from "../../kustomize/recorded-build.ts";
import type { Difference, FuzzCase, FuzzOutcome, FuzzTarget } from "../fuzz-target.ts";
import { VARIES } from "../run-cases.ts";
import { generateChart } from "./chart-case.ts";

/** Address space of one run of helm. */
const MOST_KIB = 4 * 1024 * 1024;

const TIMEOUT_MS = 30_000;

/** Charts, rendered by `weir template` and by `helm template`. */
export const helmTarget: FuzzTarget = {
  name: "helm",
  tool: "helm",
  waivers: [
    {
      name: "helm runs out of stack, memory or time",
      reason:
        "helm 4.2.3 prints a value that holds itself, or doubles a text, until its process dies, and so says nothing to compare with; here it is an error of the template, or of toToml, which gives its errors as text",
      applies: (_given, _ours, theirs) => isCrash(theirs),
    },
    {
      name: VARIES,
      reason: "helm prints where values lie in memory, or what hangs on that, such as a hash of it",
      applies: () => false,
    },
    {
      name: "spare capacity of a slice",
      reason:
        "Go lets slice reach what memory lies behind the end of a list, as far as it happens to be allocated; here it is out of bounds",
      applies: (_given, ours, theirs) =>
        theirs.error === undefined && ours.error?.includes("slice index out of bounds") === true,
    },
    {
      name: "more than a render may cost",
      reason: "helm makes texts of any size; here a render has a budget, and says so",
      applies: (_given, ours) => ours.error?.includes("than their budget allows") === true,
    },
  ],
  generate: generateChart,
  ours: runWeir,
  theirs: runHelm,
  difference,
  record: (name, given, { output, error, warnings }) => ({
    name,
    ...given,
    ...(error === undefined ? { output: output ?? "", warnings } : { error }),
  }),
};

/** How a run of helm shows that ran out of stack, memory or time. */
const CRASH = "helm did not come to an end";
const GO_CRASH = /^fatal error: |^runtime: (?:out of memory|cannot allocate)/m;

function isCrash({ error }: FuzzOutcome): boolean {
  return error === CRASH;
}

/** The command of helm, and what it is told. */
function commandOf({
  run,
  options,
}: FuzzCase): readonly [command: "template" | "lint", args: readonly string[]] {
  const { lint = false, ...others } = options;
  const flags = Object.entries(others).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  if (lint !== false) return ["lint", [run, ...flags]];
  return ["template", ["rel", run, "--namespace", "ns", ...flags]];
}

interface Printed {
  readonly isDone: boolean;
  readonly output: string;
  readonly said: string;
}

/** What a linter finds is its output, whether or not a chart fails by it. */
function outcomeOf(given: FuzzCase, { isDone, output, said }: Printed): FuzzOutcome {
  if (given.options["lint"] === undefined || said === CRASH) return outcome(isDone, output, said);
  const [logged, failed] = [said.replace(/^Error: .*\n/m, ""), /^Error: .*\n/m.exec(said)?.[0] ?? ""];
  return { output: masked(sortedSchemaLines(output + failed)), warnings: logged };
}

function sortedSchemaLines(text: string): string {
  if (!text.includes("\n- at '")) return text;
  return text.split("\n").sort().join("\n");
}

function outcome(isDone: boolean, output: string, said: string): FuzzOutcome {
  return isDone ? { output: masked(output), warnings: said } : { error: masked(said), warnings: "" };
}

/** Keys that a schema does not allow come in the order of a map. */
const ADDITIONAL = /(?<=additional )properties ('.*') not(?= allowed)/g;

/** In one order, and without what Go prints of a time's zone for numeric verbs: its address, or its tables with their addresses. */
function masked(text: string): string {
  return text
    .replace(ADDITIONAL, (_found, names: string) => `properties ${names.split(", ").sort().join(", ")} not`)
    .replace(/(\*time\.Location=)&\{.*?\}\)/g, "$1ZONE)")
    .replace(/(\{\d+ \d+ )\d{12,}\}/g, "$1ADDRESS}")
    .replace(/0x[0-9a-f]{10,12}(?![0-9a-f])/g, "ADDRESS");
}

async function runWeir(given: FuzzCase, scratch: string): Promise<FuzzOutcome> {
  let output = "";
  let said = "";
  const environment: Environment = {
    stateRoot: scratch,
    searchPath: "",
    kubeconfig: undefined,
    homeKubeconfig: join(scratch, "none"),
    service: undefined,
    runtimeNamespace: undefined,
    isTerminal: false,
    columns: 80,
    workingDirectory: scratch,
    write: (text) => {
      output += text;
    },
    writeError: (text) => {
      said += text;
    },
    flush: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
  const [command, args] = commandOf(given);
  const exit = await (command === "lint" ? runLint : runTemplate)(args, environment);
  const shown = (text: string): string =>
    text.replaceAll(scratch, "$ROOT").replaceAll(`weir ${command}`, `helm ${command}`);
  return outcomeOf(given, { isDone: exit === 0, output: shown(output), said: shown(said) });
}

async function runHelm(given: FuzzCase, tool: string, scratch: string): Promise<FuzzOutcome> {
  // Helm has no budget: a template that doubles its text would take all of the machine's memory.
  const limited = ["-c", `ulimit -v ${MOST_KIB} && exec "$0" "$@"`, tool, ...commandOf(given).flat()];
  const child = spawn("/bin/sh", limited, {
    cwd: scratch,
    env: { HOME: scratch, PATH: "" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
    // Helm takes a polite signal for a request that it looks at once it has rendered.
    killSignal: "SIGKILL",
  });
  const output: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const [status, signal] = (await once(child, "close")) as [number | null, string | null];
  const text = Buffer.concat(said).toString("utf8").replaceAll(scratch, "$ROOT");
  const shown = signal !== null || GO_CRASH.test(text) ? CRASH : text;
  const printed = Buffer.concat(output).toString("utf8").replaceAll(scratch, "$ROOT");
  return outcomeOf(given, { isDone: status === 0, output: printed, said: shown });
}

function difference(ours: FuzzOutcome, theirs: FuzzOutcome): Difference | undefined {
  if (theirs.error !== undefined && ours.error === undefined) {
    return { kind: "we render, they fail", detail: `want: ${theirs.error}` };
  }
  if (ours.error !== undefined && theirs.error === undefined) {
    return { kind: "we fail, they render", detail: `got:  ${ours.error}` };
  }
  if (ours.error !== undefined && theirs.error !== undefined) {
    return linesOf(ours.error) === linesOf(theirs.error)
      ? undefined
      : { kind: "error differs", detail: `got:  ${ours.error}\nwant: ${theirs.error}` };
  }
  if (ours.output !== theirs.output) {
    return { kind: "output differs", detail: firstDifference(ours.output ?? "", theirs.output ?? "") };
  }
  if (linesOf(ours.warnings) === linesOf(theirs.warnings)) return undefined;
  return { kind: "warnings differ", detail: `got:  ${ours.warnings}\nwant: ${theirs.warnings}` };
}

/** The order of warnings and of what schemas say hangs on the order of Go's maps. */
function linesOf(text: string): string {
  const lines = text.split("\n");
  if (text.includes("specifications of the schema(s)")) return lines.sort().join("\n");
  const isNotice = (line: string): boolean => line.startsWith("level=");
  return [...lines.filter(isNotice).sort(), ...lines.filter((line) => !isNotice(line))].join("\n");
}

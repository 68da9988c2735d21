import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Environment, runTemplate } from "@weir/cli";
import { parseJson } from "@weir/core";

import type { CaseResult, Suite } from "../../src/suite.ts";

/** One run of `helm template RELEASE c -n NAMESPACE ARGS` in the folder that holds the chart `c`. */
interface RecordedCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly releaseName: string | null;
  readonly namespace: string | null;
  readonly exit: number;
  readonly error?: string;
  readonly stderr?: string;
  readonly output?: string;
}

interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the recording calls the folder of a case. */
const RECORDED_FOLDER = "/work-dir";

/** Charts and command lines that helm refuses, and good ones next to them, through `weir template`. */
export const suite: Suite = {
  name: "helm/chart-errors",
  async *run(corpus, only) {
    const recording = parseJson(await readFile(join(corpus, "helm/chart-errors.json"), "utf8"));
    const { cases } = recording as unknown as { readonly cases: readonly RecordedCase[] };
    for (const recorded of cases) {
      if (only === undefined || only === recorded.name) yield judge(recorded, await replay(recorded));
    }
  },
};

async function replay({ files, args, releaseName, namespace }: RecordedCase): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "weir-chart-"));
  try {
    await mkdir(join(folder, "c"));
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, "c", name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    const named = releaseName === null ? [] : [releaseName];
    const placed = namespace === null ? [] : ["-n", namespace];
    return await runIn(folder, [...named, "c", ...placed, ...args]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, args: readonly string[]): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const environment: Environment = {
    stateRoot: folder,
    searchPath: "",
    kubeconfig: undefined,
    homeKubeconfig: join(folder, "none"),
    service: undefined,
    runtimeNamespace: undefined,
    isTerminal: false,
    columns: 80,
    workingDirectory: folder,
    write: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    flush: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
  const exit = await runTemplate(args, environment);
  const shown = stderr.replaceAll(folder, RECORDED_FOLDER).replaceAll("weir template", "helm template");
  return { exit, stdout, stderr: shown };
}

function judge(recorded: RecordedCase, got: Outcome): CaseResult {
  const { name } = recorded;
  const want: Outcome = {
    exit: recorded.exit,
    stdout: recorded.output ?? "",
    stderr: recorded.error ?? recorded.stderr ?? "",
  };
  const isSame =
    got.exit === want.exit && got.stdout === want.stdout && linesOf(got.stderr) === linesOf(want.stderr);
  if (isSame) return { name, verdict: "pass" };
  return { name, verdict: "fail", detail: `got ${JSON.stringify(got)}\nwant ${JSON.stringify(want)}` };
}

/** The order of what several schemas say varies in helm from run to run. */
function linesOf(text: string): string {
  return text.includes("specifications of the schema(s)") ? text.split("\n").sort().join("\n") : text;
}

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ExampleProgram, ExampleWorkspace } from "./example-programs.ts";

/** What is wrong with a program, as `document:line: message`. */
export interface ExampleProblem {
  readonly document: string;
  readonly message: string;
}

const DIAGNOSTIC = /^(.+?)\((\d+),\d+\): (error .*)$/;

/** Compiles all programs at once, as strictly as this repository but for names that nothing uses. */
export async function compilePrograms(
  root: string,
  workspace: ExampleWorkspace,
): Promise<readonly ExampleProblem[]> {
  const { folder, programs } = workspace;
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      typeRoots: [join(root, "node_modules/@types")],
    },
    files: programs.map(({ path }) => join(folder, path)),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { output } = await run(
    join(root, "node_modules/.bin/tsc"),
    ["-p", folder, "--pretty", "false"],
    folder,
  );
  return output.split("\n").flatMap((line) => {
    const [, file = "", at = "", message = ""] = DIAGNOSTIC.exec(line) ?? [];
    const path = resolve(folder, file);
    const program = programs.find((each) => join(folder, each.path) === path);
    return program === undefined ? [] : [problemAt(program, Number(at), message)];
  });
}

interface RunResult {
  readonly path: string;
  readonly error?: string;
  readonly printed: readonly { readonly line: number; readonly text: string }[];
}

/**
 * Runs the programs that Node runs, one after the other in a process of their own, and compares what they print with
 * what `// →` says on the line that prints it; `…` stands for anything, and white space does not count.
 */
export async function runPrograms(
  workspace: ExampleWorkspace,
  kubeconfig: string,
): Promise<readonly ExampleProblem[]> {
  const { folder } = workspace;
  const programs = workspace.programs.filter(({ runner }) => runner === "node");
  const results = join(folder, "results.jsonl");
  const home = join(folder, "home");
  mkdirSync(join(home, ".kube"), { recursive: true });
  writeFileSync(join(home, ".kube/config"), kubeconfig, { mode: 0o600 });
  writeFileSync(results, "");
  const runner = join(import.meta.dirname, "run-programs.ts");
  const args = [
    "--conditions=@weir/source",
    runner,
    results,
    ...programs.map(({ path }) => join(folder, path)),
  ];
  const { output } = await run(process.execPath, args, folder, { HOME: home, PATH: process.env["PATH"] });
  const ended = readFileSync(results, "utf8").split("\n").filter(Boolean);
  const known = new Map(
    ended.map((line) => JSON.parse(line) as RunResult).map((result) => [result.path, result] as const),
  );
  return programs.flatMap((program) => {
    const result = known.get(join(folder, program.path));
    if (result !== undefined && result.error === undefined) return wrongOutputs(program, folder, result);
    return [problemOf(program, folder, result?.error ?? `did not end:\n${output.slice(-2_000)}`)];
  });
}

/** Runs the tests among the programs. */
export async function testPrograms(
  root: string,
  workspace: ExampleWorkspace,
): Promise<readonly ExampleProblem[]> {
  const { folder } = workspace;
  const tests = workspace.programs.filter(({ runner }) => runner === "vitest");
  if (tests.length === 0) return [];
  const config = { test: { include: tests.map(({ path }) => path), pool: "threads", maxWorkers: 1 } };
  const conditions = { conditions: ["@weir/source"] };
  const text = JSON.stringify({ resolve: conditions, ssr: { resolve: conditions }, ...config });
  writeFileSync(join(folder, "vitest.config.mjs"), `export default ${text};\n`);
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", folder];
  const environment = { PATH: process.env["PATH"], NODE_OPTIONS: "--conditions=@weir/source" };
  const { code, output } = await run(process.execPath, args, folder, environment);
  if (code === 0) return [];
  return tests.map((program) => problemOf(program, folder, output.slice(-4_000)));
}

function wrongOutputs(
  program: ExampleProgram,
  folder: string,
  { printed }: RunResult,
): readonly ExampleProblem[] {
  const lines = readFileSync(join(folder, program.path), "utf8").split("\n");
  return lines.flatMap((text, index) => {
    const [, promised] = /; \/\/ → (.*)$/.exec(text) ?? [];
    if (promised === undefined) return [];
    const seen = printed.find(({ line }) => line === index + 1)?.text ?? "nothing";
    if (isPromised(seen, promised)) return [];
    return [problemAt(program, index + 1, `prints ${seen}`)];
  });
}

function isPromised(seen: string, promised: string): boolean {
  const bare = (text: string): string => text.replaceAll(/\s+/g, "");
  const parts = bare(promised)
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`).test(bare(seen));
}

function problemAt({ document, lineOf }: ExampleProgram, line: number, message: string): ExampleProblem {
  return { document, message: `${document}:${lineOf(line)}: ${message}` };
}

/** Tells where in the document something failed, if the stack names a line of the program. */
function problemOf(program: ExampleProgram, folder: string, error: string): ExampleProblem {
  const path = join(folder, program.path).replaceAll(/[.\\]/g, String.raw`\$&`);
  const [, line] = new RegExp(`${path}:(\\d+)`).exec(error) ?? [];
  return problemAt(program, Number(line ?? 1), error);
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 200_000 });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", fail);
    child.on("close", (code) => done({ code, output }));
  });
}

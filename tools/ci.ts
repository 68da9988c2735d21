// npm run ci: the gates, the tests, the recorded data, a short fuzz and the cluster suites; the last line sums them up.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const FUZZ_CASES = 100;
/** Installs packages from the registry in an empty folder, which takes minutes where the registry is slow. */
const PACKED = "apps/create/packed/**";

const root = resolve(import.meta.dirname, "..");
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), "weir-ci-"));

interface Ran {
  readonly status: number;
  readonly output: string;
}

/** Runs an npm script; what it says is shown as it comes, so that one that stands still can be seen where. */
async function run(script: string, args: readonly string[]): Promise<Ran> {
  process.stdout.write(`\n> npm run ${script}\n`);
  const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.push(chunk);
      process.stdout.write(chunk);
    });
  }
  const [status] = (await once(child, "close")) as [number | null];
  return { status: status ?? 1, output: chunks.join("") };
}

function add(part: Partial<Count>): void {
  total.passed += part.passed ?? 0;
  total.failed += part.failed ?? 0;
  total.skipped += part.skipped ?? 0;
}

/** Each gate of the check counts as one. */
async function runCheck(): Promise<void> {
  const { output } = await run("check", []);
  const lines = output.split("\n");
  const count = (word: string): number => lines.filter((line) => line.startsWith(`${word} `)).length;
  add({ passed: count("ok"), failed: count("failed"), skipped: count("skipped") });
}

async function runTests(): Promise<void> {
  const report = join(scratch, "tests.json");
  const { status } = await run("test", [
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return add({ failed: 1 });
  const result = JSON.parse(readFileSync(report, "utf8")) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numPendingTests: number;
  };
  add({
    passed: result.numPassedTests,
    failed: status === 0 ? result.numFailedTests : Math.max(1, result.numFailedTests),
    skipped: result.numPendingTests,
  });
}

/** Listed cases count as skipped; a contradiction of the lists is a failure. */
async function runConformance(): Promise<void> {
  const { status, output } = await run("conformance", []);
  let contradictions = 0;
  for (const line of output.split("\n")) {
    const figures = /^\S+: (\d+) passed, (\d+) failed, (\d+) waived$/.exec(line);
    if (figures !== null)
      add({ passed: Number(figures[1]), skipped: Number(figures[2]) + Number(figures[3]) });
    if (/^ {2}(fails and is not listed|passes but is listed|is listed and is no case|two cases)/.test(line)) {
      contradictions += 1;
    }
  }
  if (status !== 0) add({ failed: Math.max(1, contradictions) });
}

/** What the real tools make of generated inputs; always the same ones, so that a failure is the change's own. */
async function runFuzz(): Promise<void> {
  const { status, output } = await run("fuzz", ["--cases", String(FUZZ_CASES), "--seed", "1"]);
  for (const line of output.split("\n")) {
    const figures = /^fuzz \S+: (\d+) passed, (\d+) failed, (\d+) waived/.exec(line);
    if (figures !== null)
      add({ passed: Number(figures[1]), failed: Number(figures[2]), skipped: Number(figures[3]) });
    if (/^fuzz \S+: skipped/.test(line)) add({ skipped: 1 });
  }
  if (status !== 0 && !/ [1-9]\d* failed,/.test(output)) add({ failed: 1 });
}

/** The suites that also run on a kube-apiserver, which is built first where Go is and it has not been built yet. */
async function runClusterTests(): Promise<void> {
  const { status, output } = await run("test:cluster", ["--exclude", PACKED]);
  const figures = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(
    output.trimEnd().split("\n").at(-1) ?? "",
  );
  if (figures === null) return add({ failed: 1 });
  const [passed, failed, skipped] = figures.slice(1).map(Number) as [number, number, number];
  add({ passed, failed: status === 0 ? failed : Math.max(1, failed), skipped });
}

await runCheck();
await runTests();
await runConformance();
await runFuzz();
await runClusterTests();
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

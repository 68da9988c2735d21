// npm run ci: the gates, the tests and the recorded data; the last line sums them up.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = resolve(import.meta.dirname, "..");
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), "weir-ci-"));

function run(script: string, args: readonly string[]): { readonly status: number; readonly output: string } {
  process.stdout.write(`\n> npm run ${script}\n`);
  const result = spawnSync("npm", ["run", "--silent", script, "--", ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  const output = `${result.stdout}${result.stderr}`;
  process.stdout.write(output);
  return { status: result.status ?? 1, output };
}

function add(part: Partial<Count>): void {
  total.passed += part.passed ?? 0;
  total.failed += part.failed ?? 0;
  total.skipped += part.skipped ?? 0;
}

/** Each gate of the check counts as one. */
function runCheck(): void {
  const { output } = run("check", []);
  const lines = output.split("\n");
  const count = (word: string): number => lines.filter((line) => line.startsWith(`${word} `)).length;
  add({ passed: count("ok"), failed: count("failed"), skipped: count("skipped") });
}

function runTests(): void {
  const report = join(scratch, "tests.json");
  const { status } = run("test", ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
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
function runConformance(): void {
  const { status, output } = run("conformance", []);
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

runCheck();
runTests();
runConformance();
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

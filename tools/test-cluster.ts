// npm run test:cluster [-- --with-flux] [-- VITEST ARGUMENTS]: the suites that run against more than the embedded API. The
// last line sums them up; failures of Flux's scenarios are those that their lists do not know.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ControlPlane, findControlPlane, startControlPlane } from "@weir/testkit";
import { ensureControlPlane } from "./control-plane/build-control-plane.ts";

const root = resolve(import.meta.dirname, "..");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The cluster that suites run against besides the embedded one. */
interface RealCluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly plane: ControlPlane | undefined;
}

/** The cluster that a kubeconfig names, else a kube-apiserver of our own, built first where it has to be. */
async function openRealCluster(): Promise<RealCluster | undefined> {
  const kubeconfig = process.env["WEIR_TEST_KUBECONFIG"] ?? "";
  if (kubeconfig !== "") return { name: "kubeconfig", kubeconfig, plane: undefined };
  const ensured = await ensureControlPlane(process.env, say);
  const found = await findControlPlane();
  if (ensured.kind === "absent" || found.kind === "absent") {
    const { reason } = ensured.kind === "absent" ? ensured : (found as { readonly reason: string });
    say(`skipped: no suite runs against kube-apiserver: ${reason}`);
    say(
      "name a cluster in WEIR_TEST_KUBECONFIG, or a folder with kube-apiserver and etcd in KUBEBUILDER_ASSETS",
    );
    return undefined;
  }
  const plane = await startControlPlane({ programs: found });
  return { name: "kube-apiserver", kubeconfig: plane.kubeconfig, plane };
}

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly status: string;
    }[];
  }[];
}

const ELSEWHERE = "without a cluster";

/** Counts by the cluster that a suite's title names at its end. */
function countByCluster(report: Report, names: readonly string[]): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>(names.map((name) => [name, { passed: 0, failed: 0, skipped: 0 }]));
  for (const { assertionResults } of report.testResults) {
    for (const { ancestorTitles, status } of assertionResults) {
      const name =
        names.find((one) => ancestorTitles.some((title) => title.endsWith(`on ${one}`))) ?? ELSEWHERE;
      const count = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
      counts.set(name, count);
      if (status === "passed") count.passed += 1;
      else if (status === "failed") count.failed += 1;
      else count.skipped += 1;
    }
  }
  return counts;
}

async function runNode(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, ...args], { cwd: root, stdio: "inherit", env });
  const [status] = (await once(child, "close")) as [number | null];
  return status ?? 1;
}

/** Runs the suites; gives the counts by cluster. */
async function runSuites(
  real: RealCluster | undefined,
  args: readonly string[],
): Promise<ReadonlyMap<string, Count>> {
  const scratch = mkdtempSync(join(tmpdir(), "weir-test-cluster-"));
  const path = join(scratch, "report.json");
  const env = {
    ...process.env,
    ...(real === undefined ? {} : { WEIR_TEST_KUBECONFIG: real.kubeconfig, WEIR_TEST_CLUSTER: real.name }),
  };
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.cluster.config.ts"];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${path}`];
  const status = await runNode([...vitest, ...reporters, ...args], env);
  const names = ["embedded", ...(real === undefined ? [] : [real.name])];
  const report: Report = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as Report)
    : { testResults: [] };
  rmSync(scratch, { recursive: true, force: true });
  const counts = new Map(countByCluster(report, names));
  const hasFailure = [...counts.values()].some(({ failed }) => failed > 0);
  // A file that does not even load has no test that fails.
  if (status !== 0 && !hasFailure) counts.set("files that do not load", { passed: 0, failed: 1, skipped: 0 });
  return counts;
}

// The control plane ends with the process when it ends by itself, not when a signal ends it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const withFlux = process.argv.includes("--with-flux");
const args = process.argv.slice(2).filter((arg) => arg !== "--with-flux");
const real = await openRealCluster();
const total: Count = { passed: 0, failed: 0, skipped: 0 };
try {
  const counts = await runSuites(real, args);
  for (const [name, { passed, failed, skipped }] of counts) {
    const where = name === ELSEWHERE ? name : `on ${name}`;
    say(`${where}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  // What no real cluster was there for is as good as skipped.
  if (real === undefined) total.skipped += counts.get("embedded")?.passed ?? 0;
  if (withFlux && real?.plane !== undefined) {
    const suites = ["testing/conformance/src/main.ts", "flux/git", "flux/ks", "--cluster", "real"];
    if ((await runNode(suites, process.env)) !== 0) total.failed += 1;
    else total.passed += 1;
  }
} finally {
  await real?.plane?.[Symbol.asyncDispose]();
}
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadKubeconfig, openClient } from "@weir/client";
import { runGit } from "@weir/git";
import type { BenchmarkContext } from "../benchmark.ts";
import { ourCommand } from "../processes/our-command.ts";
import { startProcess } from "../processes/start-process.ts";
import { versionFiles, VersionWatch } from "../scenarios/version-watch.ts";

/** Between a change that arrived and the next commit, so that its last writes are not timed with the next one. */
const PAUSE_MS = 200;

/**
 * Commits into a checkout that `weir up` syncs; gives the milliseconds from each commit until the cluster shows it. Ends
 * early at a commit that does not arrive.
 */
export async function commitToUp(
  context: BenchmarkContext,
  checkout: string,
  count: number,
): Promise<readonly number[]> {
  const commit = await makeCheckout(checkout, context);
  await commit("v0");
  const args = ["up", checkout, "--path", "app", "--storage", "memory"];
  await using up = startProcess(ourCommand(context, "apps/cli/src/main.ts", args));
  const [, kubeconfig = ""] = await up.line(/^export KUBECONFIG=(.*)$/);
  await using cluster = openClient(await loadKubeconfig(kubeconfig));
  await up.line(/^ready\s+Kustomization\/flux-system\/flux-system/);
  using versions = new VersionWatch(cluster.client, "default");
  await versions.reached("v0");
  const timesMs: number[] = [];
  for (let index = 1; index <= count; index += 1) {
    await sleep(PAUSE_MS);
    await commit(`v${index}`);
    const start = performance.now();
    if (!(await versions.reached(`v${index}`))) break;
    timesMs.push(performance.now() - start);
  }
  return timesMs;
}

async function makeCheckout(
  checkout: string,
  context: BenchmarkContext,
): Promise<(version: string) => Promise<void>> {
  const program = { home: context.scratch, searchPath: context.searchPath };
  const git = (...args: string[]): Promise<Buffer> => runGit(program, { args, directory: checkout });
  await mkdir(checkout, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("config", "user.name", "Bench");
  await git("config", "user.email", "bench@example.com");
  return async (version) => {
    for (const [path, text] of Object.entries(versionFiles(version))) {
      await mkdir(dirname(join(checkout, path)), { recursive: true });
      await writeFile(join(checkout, path), text);
    }
    await git("add", "--all");
    await git("commit", "--quiet", "--message", version);
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "@weir/cluster";
import { emitYaml } from "@weir/yaml";
import type { JsonValue } from "@weir/core";

/** What a run of kubectl ended with. */
export interface KubectlRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run differs from the usual. */
export interface KubectlRunOptions {
  /** Objects that it reads from `-f -`. */
  readonly input?: readonly JsonValue[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Lines that a kubectl prints which goes on running. */
export interface KubectlStream extends AsyncDisposable {
  /** Resolves with all that was printed once it holds `text`; rejects when kubectl ends before. */
  seen(text: string): Promise<string>;
}

/** The real kubectl at an embedded cluster that listens. */
export interface KubectlAtCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  run(args: readonly string[], options?: KubectlRunOptions): Promise<KubectlRun>;
  /** As `run`, and rejects with what kubectl complained of unless it ends with 0. Gives its output. */
  ok(args: readonly string[], options?: KubectlRunOptions): Promise<string>;
  stream(args: readonly string[]): KubectlStream;
  /** Writes an executable shell script and gives its path. */
  script(name: string, text: string): Promise<string>;
}

/** Starts a cluster in memory with all its loops, and gives kubectl its kubeconfig. */
export async function startKubectlAtCluster(program: string): Promise<KubectlAtCluster> {
  await using starting = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "weir-kubectl-"));
  starting.defer(() => rm(home, { recursive: true, force: true }));
  const kubeconfig = join(home, "kubeconfig");
  starting.use(await startCluster({ listen: { kubeconfig } }));
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, KUBECONFIG: kubeconfig };
  const begin = (args: readonly string[], extra: KubectlRunOptions["env"] = {}): ChildProcess =>
    spawn(program, args, { cwd: home, env: { ...env, ...extra } });
  const run: KubectlAtCluster["run"] = (args, options = {}) => {
    const child = begin(args, options.env);
    child.stdin?.end((options.input ?? []).map(emitYaml).join("---\n"));
    return ended(child);
  };
  const running = starting.move();
  return {
    kubeconfig,
    run,
    ok: async (args, options) => {
      const { code, stdout, stderr } = await run(args, options);
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr || stdout}`);
      return stdout;
    },
    stream: (args) => new Stream(begin(args)),
    script: async (name, text) => {
      const path = join(home, name);
      await writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return path;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function ended(child: ChildProcess): Promise<KubectlRun> {
  const { promise, resolve, reject } = Promise.withResolvers<KubectlRun>();
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // A kubectl that does not read its input closes it.
  child.stdin?.on("error", () => {});
  child.on("error", reject);
  child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  return promise;
}

class Stream implements KubectlStream {
  readonly #child: ChildProcess;
  readonly #end: Promise<KubectlRun>;
  #printed = "";
  #check: () => void = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#end = ended(child);
    child.stdout?.on("data", (text: string) => {
      this.#printed += text;
      this.#check();
    });
  }

  seen(text: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#check = () => {
      if (this.#printed.includes(text)) resolve(this.#printed);
    };
    this.#check();
    void this.#end.then(({ code, stderr }) =>
      reject(new Error(`kubectl ended with ${code} before it printed ${text}: ${stderr}`)),
    );
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#end;
  }
}

/** The cells of a table that kubectl printed, row by row; columns are at least two spaces apart. */
export function cellsOf(table: string): readonly (readonly string[])[] {
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim().split(/ {2,}/));
}

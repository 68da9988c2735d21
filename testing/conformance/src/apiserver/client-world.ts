import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandOutput, hasSaid, type RecordedCommand } from "./client-command.ts";

/** The programs that the commands are of. */
export interface ClientPrograms {
  readonly kubectl: string;
  readonly helm: string;
}

/** What a command runs in. */
export interface ClientWorldOptions {
  readonly programs: ClientPrograms;
  /** The administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** The files that the commands name. */
  readonly files: string;
  readonly namespace: string;
}

const LIMIT_MS = 60_000;
/** A program that a watch would keep running says nothing more after this. */
const QUIET_MS = 300;

/** A folder with a home of its own, in which commands run. */
export class ClientWorld implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: ClientWorldOptions;

  private constructor(folder: string, options: ClientWorldOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  static async open(options: ClientWorldOptions): Promise<ClientWorld> {
    const folder = await mkdtemp(join(tmpdir(), "weir-clients-"));
    const world = new ClientWorld(folder, options);
    await world.#fill();
    return world;
  }

  async #fill(): Promise<void> {
    const { programs, files, namespace } = this.#options;
    const bin = join(this.#folder, "bin");
    await Promise.all([mkdir(bin), mkdir(join(this.#folder, "home")), mkdir(join(this.#folder, "tmp"))]);
    for (const [name, path] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\nexec ${path} -n ${namespace} "$@"\n`);
      await chmod(join(bin, name), 0o700);
    }
    const work = join(this.#folder, "work");
    await cp(files, work, { recursive: true });
    for (const entry of await readdir(work, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || entry.parentPath.endsWith("templates")) continue;
      await writeFile(path, (await readFile(path, "utf8")).replaceAll("$NS", namespace));
    }
  }

  /** Runs a command; `during` happens while it runs, once it has said something or a moment has passed. */
  async run(recorded: RecordedCommand, during?: () => Promise<void>): Promise<CommandOutput> {
    if (recorded.coldDiscoveryCache === true)
      await rm(join(this.#folder, "home/.kube/cache"), { recursive: true, force: true });
    const { namespace } = this.#options;
    const child = spawn("/bin/sh", ["-c", recorded.command.replaceAll("$NS", namespace)], {
      cwd: join(this.#folder, "work"),
      env: this.#environment(),
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.on("error", () => {});
    child.stdin.end((recorded.stdin ?? "").replaceAll("$NS", namespace));
    const end = (): void => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    };
    const late = setTimeout(end, LIMIT_MS);
    const watching = setInterval(() => {
      if (recorded.exitCode === null && hasSaid(recorded.stdout, stdout, namespace)) end();
    }, QUIET_MS);
    const closed = once(child, "close") as Promise<[number | null]>;
    const meanwhile = during === undefined ? undefined : wait(1500).then(during);
    const [exitCode] = await closed;
    clearTimeout(late);
    clearInterval(watching);
    await meanwhile;
    return { exitCode, stdout, stderr };
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: `${join(this.#folder, "bin")}:/usr/local/bin:/usr/bin:/bin`,
      HOME: join(this.#folder, "home"),
      TMPDIR: join(this.#folder, "tmp"),
      KUBECONFIG: this.#options.kubeconfig,
      TZ: "UTC",
      EDITOR: "true",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

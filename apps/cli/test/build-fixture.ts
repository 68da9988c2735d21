import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { addBuild } from "../src/build/build-command.ts";

/** What one run of `weir build kustomization` gave. */
export interface BuildRunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of the disk in which a test builds; it goes when it is disposed. */
export interface BuildFixture extends Disposable {
  readonly folder: string;
  /** Writes files; a value `symlink:TARGET` is a symbolic link. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  /** Runs the command in the folder, in this process. */
  build(...args: readonly string[]): Promise<BuildRunResult>;
}

const SYMLINK = "symlink:";

/** Makes a folder with files. */
export function buildFixture(files: Readonly<Record<string, string | Uint8Array>> = {}): BuildFixture {
  const folder = mkdtempSync(join(tmpdir(), "weir-build-"));
  const write = (added: Readonly<Record<string, string | Uint8Array>>): void => {
    for (const [name, content] of Object.entries(added)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof content === "string" && content.startsWith(SYMLINK)) {
        symlinkSync(content.slice(SYMLINK.length), path);
      } else writeFileSync(path, content);
    }
  };
  write(files);
  return {
    folder,
    write,
    build: (...args) => runIn(folder, args),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function runIn(folder: string, args: readonly string[]): Promise<BuildRunResult> {
  let code = -1;
  let stdout = "";
  let stderr = "";
  const program = new Command("weir").exitOverride();
  addBuild(program, {
    environment: {
      stateRoot: join(folder, "state"),
      cacheRoot: join(folder, "cache"),
      searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
      kubeconfig: join(folder, "no-kubeconfig"),
      homeKubeconfig: join(folder, "no-kubeconfig"),
      service: undefined,
      runtimeNamespace: undefined,
      isTerminal: false,
      columns: 120,
      workingDirectory: folder,
      write: (text) => void (stdout += text),
      writeError: (text) => void (stderr += text),
      flush: async () => {},
      signal: new AbortController().signal,
    },
    exit: (given) => void (code = given),
  });
  await program.parseAsync(["node", "weir", "build", "kustomization", ...args]);
  return { code, stdout, stderr };
}

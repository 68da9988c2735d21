import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Environment } from "../src/environment.ts";
import { runLint } from "../src/lint/run-lint.ts";
import { runTemplate } from "../src/template/run-template.ts";

// What helm 4.2.3 said, recorded by testing/conformance/src/helm-commands/main.ts.
const FOLDER = join(import.meta.dirname, "fixtures/helm-commands");

interface Inputs {
  readonly files: Readonly<Record<string, string>>;
  readonly filesBase64: Readonly<Record<string, string>>;
}

interface Recorded {
  readonly texts: readonly string[];
  readonly cases: readonly RecordedCase[];
}

interface RecordedCase {
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: number;
  readonly stderr: number;
  readonly written?: Readonly<Record<string, string>>;
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as T;
}

const { texts, cases } = readJson<Recorded>("recorded.json");
let root: string;

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "weir-helm-commands-"));
  const { files, filesBase64 } = readJson<Inputs>("inputs.json");
  for (const [path, text] of Object.entries(files)) await put(path, Buffer.from(text));
  for (const [path, text] of Object.entries(filesBase64)) await put(path, Buffer.from(text, "base64"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run([command, ...args]: readonly string[]): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const environment: Environment = {
    stateRoot: root,
    searchPath: "",
    kubeconfig: undefined,
    homeKubeconfig: join(root, "none"),
    service: undefined,
    runtimeNamespace: undefined,
    isTerminal: false,
    columns: 80,
    workingDirectory: root,
    write: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    flush: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
  const exit = await (command === "lint" ? runLint : runTemplate)(args, environment);
  const shown = (text: string): string =>
    text.replaceAll(root, "$ROOT").replaceAll(/weir (lint|template)/g, "helm $1");
  return { exit, stdout: shown(stdout), stderr: shown(stderr) };
}

describe("commands of helm, in its words and with its exit codes", () => {
  it.each(cases.map((recorded) => [recorded.args.join(" "), recorded] as const))(
    "weir %s",
    async (_name, { args, exit, stdout, stderr, written = {} }) => {
      await rm(join(root, "out"), { recursive: true, force: true });
      expect(await run(args)).toEqual({ exit, stdout: texts[stdout], stderr: texts[stderr] });
      for (const [path, text] of Object.entries(written)) {
        expect(await readFile(join(root, "out", path), "utf8")).toBe(text);
      }
      expect(existsSync(join(root, "out"))).toBe(Object.keys(written).length > 0);
    },
  );
});

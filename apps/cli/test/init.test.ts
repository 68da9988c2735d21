import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Environment } from "../src/environment.ts";
import { runProgram } from "../src/run-program.ts";

const workingDirectory = mkdtempSync(join(tmpdir(), "weir-init-"));
afterAll(() => rmSync(workingDirectory, { recursive: true, force: true }));

async function weir(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text);
  const environment = { workingDirectory, write, writeError: write } as unknown as Environment;
  const code = await runProgram(["node", "weir", ...args], environment, "");
  return { code, said: lines.join("") };
}

describe("weir init", () => {
  test("makes a package for a new kind", async () => {
    const { code, said } = await weir("init", "my-db", "--group", "db.acme.io", "--kind", "Database");
    expect(code).toBe(0);
    expect(said).toContain("made Database (db.acme.io/v1alpha1) in my-db\n");
    const text = readFileSync(join(workingDirectory, "my-db/src/database.ts"), "utf8");
    expect(text).toContain('group: "db.acme.io"');
  });

  test("refuses a folder that is not empty, in a sentence", async () => {
    await weir("init", "twice");
    expect(await weir("init", "twice")).toEqual({
      code: 1,
      said: `weir: ${join(workingDirectory, "twice")} is not empty: name another with --folder\n`,
    });
  });
});

// npm run check: every gate in order; prints a line each and the output of those that fail.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

interface Gate {
  readonly name: string;
  readonly command: readonly string[];
  /** Why it cannot run here, if it cannot. */
  readonly skipped?: string;
}

const root = resolve(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const vitest = (file: string): readonly string[] => [bin("vitest"), "run", file];
const hasReference = existsSync(join(root, "../shared/reference"));

const gates: readonly Gate[] = [
  { name: "format", command: [bin("biome"), "format", "."] },
  { name: "lint", command: [bin("oxlint"), "--deny-warnings", "."] },
  { name: "types", command: [bin("tsc"), "-p", "tsconfig.json"] },
  { name: "unused files and undeclared dependencies", command: [bin("knip"), "--no-progress"] },
  { name: "architecture", command: vitest("tools/architecture.test.ts") },
  {
    name: "generated files",
    command: [process.execPath, "--conditions=@weir/source", join(root, "tools/generate.ts"), "--check"],
  },
  ...(hasReference
    ? []
    : [
        { name: "tables made of the reference data", command: [], skipped: "the reference data is not here" },
      ]),
  { name: "documents", command: vitest("tools/documents.test.ts") },
];

for (const gate of gates) {
  if (gate.skipped !== undefined) {
    process.stdout.write(`skipped ${gate.name}: ${gate.skipped}\n`);
    continue;
  }
  const [command = "", ...args] = gate.command;
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) {
    process.stdout.write(`ok ${gate.name}\n`);
    continue;
  }
  process.stdout.write(`failed ${gate.name}\n${result.stdout}${result.stderr}\n`);
  process.exitCode = 1;
}

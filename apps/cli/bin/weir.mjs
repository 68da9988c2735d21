#!/usr/bin/env node
// The command line: from dist where it is packaged, from source in a checkout.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packaged = join(root, "dist/main.js");

/** The Node that came with `npm ci`, where the one that runs is too old. */
function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(
      `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}/package.json`,
    );
    return join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
  } catch {
    process.stderr.write(`weir needs Node 24 or later and found ${process.versions.node}\n`);
    process.exit(1);
  }
}

const entry = existsSync(packaged) ? [packaged] : ["--conditions=@weir/source", join(root, "src/main.ts")];
const child = spawn(
  findNode(),
  ["--disable-warning=ExperimentalWarning", ...entry, ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});

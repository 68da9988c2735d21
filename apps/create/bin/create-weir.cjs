#!/usr/bin/env node
// npm create @weir: from dist where it is packaged, from source in a checkout.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const packaged = join(root, "dist/main.cjs");

if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(`what is made here needs Node 24 or later, and this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else if (existsSync(packaged)) {
  require(packaged);
} else {
  // Its packages are found by a condition that only a new process can be given.
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  const args = [...flags, join(root, "src/main.ts"), ...process.argv.slice(2)];
  const child = require("node:child_process").spawn(process.execPath, args, { stdio: "inherit" });
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

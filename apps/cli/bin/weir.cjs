#!/usr/bin/env node
// The command line: from dist where it is packaged, from source in a checkout.
"use strict";
const { existsSync } = require("node:fs");

const root = `${__dirname}/..`;
const program = programOf(process.argv);
const packaged = `${root}/dist/${program}.cjs`;

if (!isRecent()) startAnother();
else if (existsSync(packaged)) startPackaged();
else startOn(process.execPath);

/** Some commands are a program of their own. */
function programOf(argv) {
  if (argv[2] === "cluster") return "cluster";
  return argv[2] === "template" && !argv.some(isRelease) ? "template" : "main";
}

/** `hr/NAME`: a release of a cluster needs more than a chart does. */
function isRelease(arg) {
  return /^(hr|helmreleases?)\/[^/]+$/i.test(arg);
}

function isRecent() {
  return Number(process.versions.node.split(".")[0]) >= 24;
}

/** In this process, as another one would take as long to start as a small build does. */
function startPackaged() {
  const { enableCompileCache } = require("node:module");
  // Compiled code is as good as code: it is kept where only its owner writes, not in the folder for temporary files.
  const { HOME, LOCALAPPDATA, NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
  if (!NODE_COMPILE_CACHE && cache) enableCompileCache(`${cache}/weir/compiled`);
  if (program === "template") optimizeLate();
  if (program === "cluster" && process.argv[3] === "start") stayYoung();
  require(packaged);
}

/** A render is over before most of what the optimizing compilers make of it is used; long ones still get there. */
function optimizeLate() {
  const { setFlagsFromString } = require("node:v8");
  setFlagsFromString("--invocation-count-for-maglev=4000");
  setFlagsFromString("--invocation-count-for-turbofan=30000");
}

/**
 * What a request makes is garbage when it is answered: a small space for young objects holds it as well as a large one, and
 * saves a fifth of the memory of a cluster.
 */
function stayYoung() {
  require("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
}

/** On the Node that came with `npm ci`, where the one that runs is too old. */
function startAnother() {
  try {
    const platform = process.platform === "win32" ? "win" : process.platform;
    const manifest = require.resolve(`node-${platform}-${process.arch}/package.json`);
    const { dirname, join } = require("node:path");
    startOn(join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node"));
  } catch {
    process.stderr.write(`weir needs Node 24 or later and found ${process.versions.node}\n`);
    process.exitCode = 1;
  }
}

/** From source: its packages are found by a condition that only a new process can be given. */
function startOn(node) {
  const entry = existsSync(packaged)
    ? [packaged]
    : ["--conditions=@weir/source", `${root}/src/${program === "main" ? "" : `${program}/`}main.ts`];
  const child = require("node:child_process").spawn(
    node,
    ["--disable-warning=ExperimentalWarning", ...entry, ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

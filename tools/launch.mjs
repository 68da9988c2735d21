// Starts a source file of this checkout on the Node that came with `npm ci`, or says which Node is missing.
import { spawn } from "node:child_process";
import { join } from "node:path";

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `weir needs Node 24 or later and found ${process.versions.node}: run it through npm after \`npm ci\`, or install Node 24.\n`,
  );
  process.exit(1);
}

const child = spawn(
  process.execPath,
  ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning", ...process.argv.slice(2)],
  {
    stdio: "inherit",
    // Stripped and compiled sources are kept between runs, beside what they were installed with.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/compile"), ...process.env },
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  if (signal !== null) process.exitCode = 1;
  else process.exitCode = code ?? 1;
});

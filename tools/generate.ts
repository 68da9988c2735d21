// npm run generate [-- --check]: writes every generated file, or says which would change.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findStaleFiles, type Generator, writeFiles } from "./generating/generated-files.ts";

const root = resolve(import.meta.dirname, "..");
const reference = resolve(root, "../shared/reference");
const check = process.argv.includes("--check");

const hasReference = existsSync(reference);

for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!/^generate-.*\.ts$/.test(file)) continue;
  const { generate, needsReference = false } = (await import(
    pathToFileURL(join(import.meta.dirname, file)).href
  )) as Generator;
  if (needsReference && !hasReference) {
    process.stdout.write(`skipped tools/${file}: the reference data is not here\n`);
    continue;
  }
  const stale = await findStaleFiles(generate, { root, reference });
  for (const path of stale.keys()) process.stdout.write(`${check ? "differs" : "wrote"} ${path}\n`);
  if (check && stale.size > 0) process.exitCode = 1;
  if (!check) writeFiles(root, stale);
}

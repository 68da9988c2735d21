// npm run build [-- --program-only]: writes dist/ of every public package; --program-only writes that of the command alone.
import { parseArgs } from "node:util";
import { join, resolve } from "node:path";
import { bundleLibrary, bundleProgram } from "./packaging/bundle.ts";
import { writeDeclarations } from "./packaging/declarations.ts";
import { writeNotices } from "./packaging/notices.ts";
import { publicPackages } from "./packaging/workspaces.ts";

const root = resolve(import.meta.dirname, "..");
const PROGRAM = "apps/cli";
const { values } = parseArgs({ options: { "program-only": { type: "boolean", default: false } } });

const { modules } = await bundleProgram(root, PROGRAM, join(root, PROGRAM, "src/main.ts"));
writeNotices(root, modules, join(root, PROGRAM, "dist"));
process.stdout.write(`built ${PROGRAM}\n`);

if (!values["program-only"]) {
  const packages = publicPackages(root);
  const libraries = packages.filter(({ folder }) => folder !== PROGRAM);
  for (const library of libraries) await bundleLibrary(root, library);
  writeDeclarations(root, packages);
  process.stdout.write(`built ${libraries.length} libraries\n`);
}

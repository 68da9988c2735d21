// npm run build [-- --program-only]: writes dist/ of every public package; --program-only writes that of the command alone.
import { parseArgs } from "node:util";
import { join, resolve } from "node:path";
import { bundleLibrary, bundleProgram } from "./packaging/bundle.ts";
import { writeDeclarations } from "./packaging/declarations.ts";
import { writeNotices } from "./packaging/notices.ts";
import { publicPackages } from "./packaging/workspaces.ts";

const root = resolve(import.meta.dirname, "..");
/** What npm installs to be run; everything else is imported. */
const PROGRAMS = ["apps/cli", "apps/create"];
const { values } = parseArgs({ options: { "program-only": { type: "boolean", default: false } } });

for (const program of values["program-only"] ? PROGRAMS.slice(0, 1) : PROGRAMS) {
  const { modules } = await bundleProgram(root, program, join(root, program, "src/main.ts"));
  writeNotices(root, modules, join(root, program, "dist"));
  process.stdout.write(`built ${program}\n`);
}

if (!values["program-only"]) {
  const packages = publicPackages(root);
  const libraries = packages.filter(({ folder }) => !PROGRAMS.includes(folder));
  for (const library of libraries) await bundleLibrary(root, library);
  writeDeclarations(root, packages);
  process.stdout.write(`built ${libraries.length} libraries\n`);
}

// Rewrites an index as a HelmRepository stores it, or finds one chart in a stored one; prints how long that took.
import { closeSync, createReadStream, openSync, readFileSync, writeSync } from "node:fs";
import { indexJson, readStoredVersions } from "@weir/helm";

const MIB = 1024 * 1024;
const [action = "", source = "", target = ""] = process.argv.slice(2);
const start = performance.now();
if (action === "rewrite") {
  const file = openSync(target, "w");
  for (const piece of indexJson(readFileSync(source), { maxBytes: 256 * MIB })) writeSync(file, piece);
  closeSync(file);
} else {
  // The last chart is the farthest.
  const versions = await readStoredVersions(createReadStream(source), target);
  if (versions === undefined) throw new TypeError(`no chart ${target}`);
}
process.stdout.write(`${performance.now() - start}\n`);

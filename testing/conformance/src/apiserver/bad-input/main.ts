// node tools/launch.mjs testing/conformance/src/apiserver/bad-input/main.ts [GROUP…]: records what kube-apiserver answers.
import { badCases } from "./all-cases.ts";
import { writeRecorded } from "./recorded.ts";
import { runBadCases } from "./run-cases.ts";
import { startBadWorld } from "./world.ts";

const wanted = process.argv.slice(2);
await using world = await startBadWorld("real");
for (const [group, cases] of Object.entries(badCases)) {
  if (wanted.length > 0 && !wanted.includes(group)) continue;
  const recorded = await runBadCases(world, cases);
  writeRecorded(group, recorded);
  process.stdout.write(`recorded ${recorded.size} cases of ${group}\n`);
}

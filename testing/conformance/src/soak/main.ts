// npm run soak -- [--seed N] [--objects N] [--steps N] [--rate R]: controllers under random faults for long.
import { parseArgs } from "node:util";
import { runFaultSoak } from "./fault-soak.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    objects: { type: "string", default: "1000" },
    steps: { type: "string", default: "10000" },
    rate: { type: "string", default: "0.1" },
  },
});

const [seed, objects, steps] = [Number(values.seed), Number(values.objects), Number(values.steps)];
process.stdout.write(`faults: seed ${seed}, ${objects} objects, ${steps} steps, rate ${values.rate}\n`);
const start = performance.now();
const result = await runFaultSoak({ seed, objects, steps, faultRate: Number(values.rate) });
for (const problem of result.problems) process.stdout.write(`  ${problem}\n`);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
process.stdout.write(
  `faults: ${result.objects} objects, ${result.runs} runs, ${result.restarts} restarts, ${result.problems.length} problems, ${seconds} s\n`,
);
process.exitCode = result.problems.length === 0 ? 0 : 1;

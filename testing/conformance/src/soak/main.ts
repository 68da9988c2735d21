// npm run soak -- [faults] [--seed N] [--objects N] [--steps N] [--rate R]: controllers under random faults for long.
// npm run soak -- connections [--seed N] [--objects N] [--minutes N]: controllers whose connections drop at random.
// npm run soak -- clients [--seed N] [--objects N] [--minutes N]: clients that mean no good, and one that does.
// npm run soak -- storage [--seed N] [--minutes N]: a process that writes to a storage, killed at random moments.
// npm run soak -- api [--seed N] [--steps N] [--clients N] [--kills N] [--restarts N] [--compactions N] [--cluster real]
//   [--file PATH]: random clients of an API that is killed meanwhile; what they saw is checked against a model.
import { parseArgs } from "node:util";
import { type Held, runClientSoak } from "./client-soak.ts";
import { type ConnectionSoakResult, runConnectionSoak } from "./connection-soak.ts";
import { runFaultSoak } from "./fault-soak.ts";
import { runHistorySoak } from "./history-soak.ts";
import { runStorageSoak } from "./storage-soak.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    objects: { type: "string" },
    steps: { type: "string", default: "10000" },
    rate: { type: "string", default: "0.1" },
    minutes: { type: "string", default: "10" },
    clients: { type: "string", default: "8" },
    kills: { type: "string" },
    restarts: { type: "string" },
    compactions: { type: "string" },
    cluster: { type: "string", default: "embedded" },
    file: { type: "string" },
  },
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Faults of every kind, on a clock that is moved: as many steps as it takes. */
async function faults(): Promise<readonly string[]> {
  const [seed, objects, steps] = [Number(values.seed), Number(values.objects ?? 1000), Number(values.steps)];
  print(`faults: seed ${seed}, ${objects} objects, ${steps} steps, rate ${values.rate}`);
  const result = await runFaultSoak({ seed, objects, steps, faultRate: Number(values.rate) });
  print(`faults: ${result.objects} objects, ${result.runs} runs, ${result.restarts} restarts`);
  return result.problems;
}

/** Real connections in real time. */
async function connections(): Promise<readonly string[]> {
  const [seed, objects] = [Number(values.seed), Number(values.objects ?? 200)];
  print(`connections: seed ${seed}, ${objects} objects, ${values.minutes} minutes`);
  const result = await runConnectionSoak({ seed, objects, seconds: Number(values.minutes) * 60 });
  print(`connections: ${result.changes} changes, ${result.runs} runs, ${result.drops} drops`);
  print(`connections: at rest ${held(result.first)} after a third, ${held(result.last)} at the end`);
  return result.problems;
}

/** Kills in real time. */
async function storage(): Promise<readonly string[]> {
  const seed = Number(values.seed);
  print(`storage: seed ${seed}, ${values.minutes} minutes`);
  const result = await runStorageSoak({ seed, seconds: Number(values.minutes) * 60 });
  print(`storage: ${result.kills} kills, ${result.earlyKills} of them while it opened`);
  print(`storage: ${result.acknowledged} writes acknowledged, ${result.untold} more found`);
  print(`storage: the file was at most ${(result.largestFileBytes / 2 ** 20).toFixed(1)} MiB`);
  return result.problems;
}

/** Requests in real time; by default something happens to the server every few hundred of them. */
async function api(): Promise<readonly string[]> {
  const [seed, steps, clients] = [Number(values.seed), Number(values.steps), Number(values.clients)];
  const count = (given: string | undefined, every: number): number =>
    Number(given ?? Math.ceil(steps / every));
  const counts = {
    kills: count(values.kills, 300),
    restarts: count(values.restarts, 2000),
    compactions: count(values.compactions, 300),
  };
  const isReal = values.cluster === "real";
  print(
    `api: seed ${seed}, ${steps} steps, ${clients} clients, on ${isReal ? "kube-apiserver" : "the embedded api"}`,
  );
  const { file } = values;
  const { figures, problems } = await runHistorySoak({ seed, steps, clients, ...counts, isReal, file });
  const { requests, acknowledged, refused, unanswered, watches, events } = figures;
  print(
    `api: ${requests} requests, ${acknowledged} writes acknowledged, ${refused} refused, ${unanswered} unanswered`,
  );
  print(`api: ${events} events in ${watches} watches`);
  print(`api: ${figures.kills} kills, ${figures.restarts} restarts, ${figures.compactions} compactions`);
  return problems;
}

/** Slow, silent and greedy clients in real time. */
async function clients(): Promise<readonly string[]> {
  const [seed, objects] = [Number(values.seed), Number(values.objects ?? 3000)];
  print(`clients: seed ${seed}, ${objects} objects, ${values.minutes} minutes`);
  const result = await runClientSoak({ seed, objects, seconds: Number(values.minutes) * 60 });
  const { attacks, answered, refused, slowestMs } = result;
  print(`clients: ${attacks} attacks; a guest had ${answered} answers and ${refused} refusals`);
  print(`clients: the guest waited ${slowestMs.toFixed(0)} ms at most`);
  print(`clients: at most ${inUse(result.most)}; at rest ${inUse(result.atRest)}`);
  return result.problems;
}

function inUse({ rssMb, heapMb, bytes, connections }: Held): string {
  const inFlight = `${(bytes / 2 ** 20).toFixed(1)} MiB in flight`;
  return `${inFlight}, ${connections} connections, ${heapMb.toFixed(0)} MB of heap, ${rssMb.toFixed(0)} MB resident`;
}

function held({ heapMb, handles }: ConnectionSoakResult["first"]): string {
  const counts = Object.entries(handles).map(([kind, count]) => `${count} ${kind}`);
  return `${heapMb.toFixed(1)} MB of heap (${counts.join(", ")})`;
}

const targets: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  faults,
  connections,
  clients,
  storage,
  api,
};
const [name = "faults"] = positionals;
const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
if (target === undefined) {
  print(`there is no soak "${name}": ${Object.keys(targets).join(", ")}`);
  process.exit(2);
}
const start = performance.now();
const problems = await target();
for (const problem of problems) print(`  ${problem}`);
print(`${name}: ${problems.length} problems, ${((performance.now() - start) / 1000).toFixed(1)} s`);
process.exitCode = problems.length === 0 ? 0 : 1;

import { FakeClock, seededRandom, type Random } from "@weir/core";
import { randomFaults, startTestEnv, type TestCluster, type TestEnv } from "@weir/testenv";
import { findProblems } from "./find-problems.ts";
import { ConfigMap, Dial, RunGuard, soakControllers } from "./soaked-resource.ts";

/** How long and how hard. */
export interface FaultSoakOptions {
  readonly seed: number;
  readonly objects: number;
  /** Changes by somebody else while faults rage. */
  readonly steps: number;
  /** How many of the controllers' requests go wrong; 0.1 by default. */
  readonly faultRate?: number;
}

/** What came of it. */
export interface FaultSoakResult {
  readonly runs: number;
  readonly objects: number;
  readonly restarts: number;
  /** What is not as it should be at rest; empty when all is well. */
  readonly problems: readonly string[];
}

/** Time that passes with each step. */
const STEP_MS = 20;
/** The longest that everything may take to come to rest once the faults end; the back-off of the queues is the most of it. */
const REST_MS = 2 * 3_600_000;
const REST_STEP_MS = 30_000;

/**
 * Lets somebody turn, create and delete dials, spoil what controllers own, restart the API and crash the controllers,
 * while their requests go wrong; then ends the faults, and says what is not as it should be once all is at rest.
 */
export async function runFaultSoak(options: FaultSoakOptions): Promise<FaultSoakResult> {
  const { seed, steps, faultRate = 0.1 } = options;
  const clock = new FakeClock();
  const guard = new RunGuard();
  const cluster: TestCluster = { kind: "embedded", loops: { workloads: "off" } };
  const starting = startTestEnv({
    resources: [Dial],
    controllers: soakControllers(guard),
    cluster,
    clock,
    seed,
    faults: randomFaults({ seed, rate: faultRate }),
    manager: { syncTimeoutMs: REST_MS },
  });
  const env = await whileTimePasses(starting, clock);
  try {
    const stranger = new Stranger(env, clock, options);
    for (let step = 0; step < steps; step++) {
      await stranger.step();
      await clock.advance(STEP_MS);
    }
    env.setFaults();
    const problems = await problemsAtRest(env, stranger, clock);
    return {
      runs: guard.runs,
      objects: stranger.values.size,
      restarts: stranger.restarts,
      problems: [...problems, ...guard.overlaps.map((key) => `${key} was reconciled twice at once`)],
    };
  } finally {
    const stop = async (): Promise<void> => env[Symbol.asyncDispose]();
    await whileTimePasses(stop(), clock);
  }
}

/** Work that waits for timers of a clock that somebody has to move. */
async function whileTimePasses<Result>(work: Promise<Result>, clock: FakeClock): Promise<Result> {
  let isDone = false;
  const finished = work.finally(() => (isDone = true));
  finished.catch(() => undefined);
  while (!isDone) await clock.advance(1_000);
  return finished;
}

/** Who uses the cluster besides the controllers: knows what every dial was last turned to. */
class Stranger {
  readonly values = new Map<string, number>();
  restarts = 0;
  readonly #env: TestEnv;
  readonly #clock: FakeClock;
  readonly #random: Random;
  readonly #limit: number;
  #made = 0;

  constructor(env: TestEnv, clock: FakeClock, { seed, objects }: FaultSoakOptions) {
    this.#env = env;
    this.#clock = clock;
    this.#random = seededRandom(seed + 1);
    this.#limit = objects;
  }

  async step(): Promise<void> {
    const dice = this.#random.next();
    if (this.values.size === 0 || (dice < 0.5 && this.values.size < this.#limit)) return this.#create();
    if (dice < 0.8) return this.#turn();
    if (dice < 0.9) return this.#spoil();
    if (dice < 0.995) return this.#delete();
    this.restarts += 1;
    return whileTimePasses(dice < 0.9975 ? this.#env.restartApi() : this.#crash(), this.#clock);
  }

  async #create(): Promise<void> {
    const name = `dial-${this.#made++}`;
    const { client, namespace } = this.#env;
    await client.create(Dial, { metadata: { namespace, name }, spec: { value: 0 } });
    this.values.set(name, 0);
  }

  async #turn(): Promise<void> {
    const name = this.#pick();
    const value = (this.values.get(name) ?? 0) + 1;
    const { client, namespace } = this.#env;
    await client.patch(Dial, { namespace, name }, { type: "merge", patch: { spec: { value } } });
    this.values.set(name, value);
  }

  /** Changes or deletes what a controller owns. */
  async #spoil(): Promise<void> {
    const { client, namespace } = this.#env;
    const key = { namespace, name: this.#pick() };
    if ((await client.get(ConfigMap, key)) === undefined) return;
    if (this.#random.next() < 0.5) await client.delete(ConfigMap, key);
    else await client.patch(ConfigMap, key, { type: "merge", patch: { data: { value: "spoilt" } } });
  }

  async #delete(): Promise<void> {
    const name = this.#pick();
    await this.#env.client.delete(Dial, { namespace: this.#env.namespace, name });
    this.values.delete(name);
  }

  async #crash(): Promise<void> {
    await this.#env.crashControllers();
    await this.#env.restartControllers();
  }

  #pick(): string {
    const names = [...this.values.keys()];
    return names[Math.floor(this.#random.next() * names.length)] ?? "";
  }
}

/** Lets time pass until nothing is wrong any more, and gives what still is when that takes too long. */
async function problemsAtRest(
  env: TestEnv,
  stranger: Stranger,
  clock: FakeClock,
): Promise<readonly string[]> {
  const end = clock.monotonic() + REST_MS;
  for (;;) {
    await clock.advance(REST_STEP_MS);
    const problems = await findProblems(env, stranger.values);
    if (problems.length === 0 || clock.monotonic() >= end) return problems;
  }
}

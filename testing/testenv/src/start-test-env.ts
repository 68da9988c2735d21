import type { FaultPlan } from "@weir/apiserver";
import { createClient, type Kind, type KubeClient, type Transport } from "@weir/client";
import { type Clock, type Logger, seededRandom, silentLogger, systemClock, systemRandom } from "@weir/core";
import type { KubeObject, ObjectKey } from "@weir/objects";
import {
  type Controller,
  createManager,
  type CustomResourceDefinition,
  type Manager,
  type ManagerOptions,
  type Resource,
} from "@weir/sdk";
import type { ConditionRulesOptions } from "./conditions/condition-rules.ts";
import { ConditionRulesError, ConditionWatcher, type SeenViolation } from "./conditions/condition-watcher.ts";
import { faultyTransport } from "./faults/faulty-transport.ts";
import { installCrds } from "./install-crds.ts";
import { openTestCluster, type OpenTestCluster, type TestCluster } from "./test-cluster.ts";
import { ControllersCrashedError, TestEnvStateError } from "./test-env-error.ts";
import { until, type UntilOptions } from "./until.ts";

/** What a test environment is made of. */
export interface TestEnvOptions {
  /** Kinds of the test's own: their CRDs are installed, and the conditions of their objects are looked at. */
  readonly resources?: readonly Resource<unknown, unknown>[];
  /** Further CRDs, such as those of kinds that a controller only watches. */
  readonly crds?: readonly CustomResourceDefinition[];
  /** What runs; an environment without controllers is an API alone. */
  readonly controllers?: readonly Controller[];
  /** The embedded API by default. */
  readonly cluster?: TestCluster;
  /** The clock of the controllers and of the embedded API, a `FakeClock` for instance; the machine's by default. */
  readonly clock?: Clock;
  /** Makes names, jitter and back-off repeatable. */
  readonly seed?: number;
  /** What goes wrong between the controllers and the API from the start; `setFaults` changes it. */
  readonly faults?: FaultPlan;
  /** What the conditions are held against; `false` looks at none. Flux's rules by default. */
  readonly conditionRules?: ConditionRulesOptions | false;
  readonly logger?: Logger;
  /** Further options of the manager. */
  readonly manager?: Partial<Omit<ManagerOptions, "client" | "controllers" | "clock" | "random" | "logger">>;
}

/**
 * A Kubernetes API with controllers that run on it. Disposing it stops them, removes what the test made on a cluster
 * that is not its own, and throws a `ConditionRulesError` where a status broke a `FAIL` rule.
 */
export interface TestEnv extends AsyncDisposable {
  /** The administrator, whom no fault touches. */
  readonly client: KubeClient;
  /** A fresh namespace of this environment. */
  readonly namespace: string;
  /** The manager of the controllers; another one after `restartControllers`. */
  readonly manager: Manager;
  /** What Flux's rules say of the statuses seen so far, warnings included. */
  readonly violations: readonly SeenViolation[];
  /** Reads an object until it is as wanted (`undefined`: absent), and gives it; a bare name lies in `namespace`. */
  until<R>(
    kind: Kind<R, unknown>,
    key: string | ObjectKey,
    isAsWanted: (object: R | undefined) => boolean,
    options?: UntilOptions,
  ): Promise<R | undefined>;
  /** Has requests of the controllers fail from now on; no argument ends that. */
  setFaults(plan?: FaultPlan): void;
  /** Ends the controllers at once, as a crash does: what they send from then on does not arrive. */
  crashControllers(): Promise<void>;
  /** Starts the controllers with an empty memory, after a crash or in place of those that run. */
  restartControllers(): Promise<void>;
  /** Breaks every connection and starts the API again over the same objects; of an embedded API alone. */
  restartApi(): Promise<void>;
}

/**
 * Starts an API, installs the CRDs and runs the controllers; resolves when their watches are up.
 *
 * Rejects with `CrdNotEstablishedError` and with what the manager's start rejects with; nothing is left running then.
 */
export async function startTestEnv(options: TestEnvOptions = {}): Promise<TestEnv> {
  const env = new RunningTestEnv(options);
  try {
    await env.start();
  } catch (error) {
    await env.stop();
    throw error;
  }
  return env;
}

const Namespace: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
};
/** A test is over when it is over: what a reconcile still does then interests nobody. */
const GRACEFUL_STOP_MS = 2_000;

class RunningTestEnv implements TestEnv {
  readonly namespace: string;
  readonly #options: TestEnvOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cluster: OpenTestCluster | undefined;
  #client: KubeClient | undefined;
  #manager: Manager | undefined;
  #conditions: ConditionWatcher | undefined;
  #faults: FaultPlan | undefined;
  #life = new AbortController();

  constructor(options: TestEnvOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#faults = options.faults;
    const suffix = Math.floor(systemRandom.next() * 0xffffffff).toString(16);
    this.namespace = `test-${suffix.padStart(8, "0")}`;
  }

  get client(): KubeClient {
    return started(this.#client);
  }

  get manager(): Manager {
    return started(this.#manager);
  }

  get violations(): readonly SeenViolation[] {
    return this.#conditions?.seen ?? [];
  }

  async start(): Promise<void> {
    const { cluster = { kind: "embedded" }, resources = [], crds = [], conditionRules = {} } = this.#options;
    this.#cluster = await openTestCluster(cluster, { clock: this.#clock, logger: this.#logger });
    this.#client = this.#clientOver(this.#cluster.transport, "weir-test");
    await installCrds(this.#client, [...crds, ...resources.map((resource) => resource.crd())]);
    await this.#client.create(Namespace, { metadata: { name: this.namespace } } as KubeObject);
    if (conditionRules !== false) {
      const withConditions = resources.filter(hasConditions);
      this.#conditions = new ConditionWatcher(this.#client, withConditions, conditionRules);
    }
    await this.#startManager();
  }

  until<R>(
    kind: Kind<R, unknown>,
    key: string | ObjectKey,
    isAsWanted: (object: R | undefined) => boolean,
    options?: UntilOptions,
  ): Promise<R | undefined> {
    const where = typeof key === "string" ? { namespace: this.namespace, name: key } : key;
    return until(this.client, { kind, key: where }, isAsWanted, options);
  }

  setFaults(plan?: FaultPlan): void {
    this.#faults = plan;
  }

  async crashControllers(): Promise<void> {
    this.#life.abort(new ControllersCrashedError());
    await this.#manager?.stop();
  }

  async restartControllers(): Promise<void> {
    await this.#manager?.stop();
    await this.#startManager();
  }

  async restartApi(): Promise<void> {
    const { restart } = started(this.#cluster);
    if (restart === undefined) throw new TestEnvStateError("only an embedded API can be started again");
    await restart();
  }

  async stop(): Promise<void> {
    await this.#manager?.stop();
    await this.#conditions?.[Symbol.asyncDispose]();
    if (this.#options.cluster?.kind === "existing")
      await this.#client?.delete(Namespace, { name: this.namespace });
    await this.#cluster?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    const failures = this.violations.filter(({ rule }) => rule.startsWith("FAIL"));
    if (failures.length > 0) throw new ConditionRulesError(failures);
  }

  async #startManager(): Promise<void> {
    const { controllers = [], seed, manager } = this.#options;
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { transport } = started(this.#cluster);
    const living: Transport = async (request) => {
      signal.throwIfAborted();
      const response = await transport(request);
      signal.throwIfAborted();
      return response;
    };
    const { compact, restart, revision } = started(this.#cluster);
    const target = {
      ...(compact === undefined ? {} : { compact }),
      ...(restart === undefined ? {} : { restart }),
      ...(revision === undefined ? {} : { revision }),
    };
    const plan: FaultPlan = (request) => this.#faults?.(request);
    const faulty = faultyTransport(living, plan, { clock: this.#clock, target });
    this.#manager = createManager({
      gracefulStopMs: GRACEFUL_STOP_MS,
      ...manager,
      client: this.#clientOver(faulty, "weir-controllers"),
      controllers,
      clock: this.#clock,
      logger: this.#logger,
      ...(seed === undefined ? {} : { random: seededRandom(seed) }),
    });
    await this.#manager.start();
  }

  #clientOver(transport: Transport, userAgent: string): KubeClient {
    const { server } = started(this.#cluster);
    return createClient({
      transport,
      ...(server === undefined ? {} : { server }),
      clock: this.#clock,
      logger: this.#logger,
      userAgent,
    });
  }
}

function started<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new TestEnvStateError("the test environment is not started");
  return part;
}

function hasConditions({ schema }: Resource<unknown, unknown>): boolean {
  return schema.properties?.["status"]?.properties?.["conditions"] !== undefined;
}

import type { AnsweredRequest } from "@weir/client";
import type { Registry } from "prom-client";
import { type FamilyShape, HistogramFamily, NumberFamily, sharedFamily } from "./metric-series.ts";

/** Buckets of controller-runtime's histogram of reconcile times. */
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
/** 1e-8 to 1000 s, as client-go's work queue. */
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];
/** Ten exponential buckets from 10 ms to half an hour, as Flux; the factor is Go's, to the last bit. */
const OBJECT_BUCKETS = [
  0.01, 0.038363583488692544, 0.1471764538093883, 0.5646216173286169, 2.166090855590701, 8.309900738254731,
  31.879757075478317, 122.30217221643493, 469.19495946736544, 1799.9999999999986,
];

type Shape<Label extends string> = FamilyShape<Label>;

const perController = <Rest extends string = never>(name: string, help: string, ...rest: Rest[]) =>
  ({ name, help, labelNames: ["controller", ...rest] }) as Shape<"controller" | Rest>;

const perQueue = <Rest extends string = never>(name: string, help: string, ...rest: Rest[]) =>
  ({ name, help, labelNames: ["controller", "name", ...rest] }) as Shape<"controller" | "name" | Rest>;

/** The metric families of reconciles, as controller-runtime and Flux name them; shared by the managers of a registry. */
export interface ReconcileFamilies {
  readonly total: NumberFamily<"controller" | "result">;
  readonly errors: NumberFamily<"controller">;
  readonly terminal: NumberFamily<"controller">;
  readonly panics: NumberFamily<"controller">;
  readonly timeouts: NumberFamily<"controller">;
  readonly seconds: HistogramFamily;
  readonly workers: NumberFamily<"controller">;
  readonly active: NumberFamily<"controller">;
  readonly object: HistogramFamily;
}

/** The metric families of leader election, as client-go names them. */
export interface ElectionFamilies {
  readonly master: NumberFamily<"name">;
  readonly slowPath: NumberFamily<"name">;
}

/** The metric families of work queues, as client-go names them. */
export interface QueueFamilies {
  readonly depth: NumberFamily<"controller" | "name" | "priority">;
  readonly adds: NumberFamily<"controller" | "name">;
  readonly retries: NumberFamily<"controller" | "name">;
  readonly waited: HistogramFamily;
  readonly worked: HistogramFamily;
  readonly unfinished: NumberFamily<"controller" | "name">;
  readonly longest: NumberFamily<"controller" | "name">;
}

const RECONCILE = {
  total: perController(
    "controller_runtime_reconcile_total",
    "Total number of reconciliations per controller",
    "result",
  ),
  errors: perController(
    "controller_runtime_reconcile_errors_total",
    "Total number of reconciliation errors per controller",
  ),
  terminal: perController(
    "controller_runtime_terminal_reconcile_errors_total",
    "Total number of terminal reconciliation errors per controller",
  ),
  panics: perController(
    "controller_runtime_reconcile_panics_total",
    "Total number of reconciliation panics per controller",
  ),
  timeouts: perController(
    "controller_runtime_reconcile_timeouts_total",
    "Total number of reconciliation timeouts per controller",
  ),
  seconds: perController(
    "controller_runtime_reconcile_time_seconds",
    "Length of time per reconciliation per controller",
  ),
  workers: perController(
    "controller_runtime_max_concurrent_reconciles",
    "Maximum number of concurrent reconciles per controller",
  ),
  active: perController(
    "controller_runtime_active_workers",
    "Number of currently used workers per controller",
  ),
};

const OBJECT: Shape<"kind" | "name" | "namespace"> = {
  name: "gotk_reconcile_duration_seconds",
  help: "The duration in seconds of a GitOps Toolkit resource reconciliation.",
  labelNames: ["kind", "name", "namespace"],
};

const REQUESTS: Shape<"code" | "host" | "method"> = {
  name: "rest_client_requests_total",
  help: "Number of HTTP requests, partitioned by status code, method, and host.",
  labelNames: ["code", "host", "method"],
};

const ELECTION = {
  master: {
    name: "leader_election_master_status",
    help:
      "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. " +
      "'name' is the string used to identify the lease. Please make sure to group by name.",
    labelNames: ["name"],
  } satisfies Shape<"name">,
  slowPath: {
    name: "leader_election_slowpath_total",
    help:
      "Total number of slow path exercised in renewing leader leases. " +
      "'name' is the string used to identify the lease. Please make sure to group by name.",
    labelNames: ["name"],
  } satisfies Shape<"name">,
};

const QUEUE = {
  depth: perQueue("workqueue_depth", "Current depth of workqueue by workqueue and priority", "priority"),
  adds: perQueue("workqueue_adds_total", "Total number of adds handled by workqueue"),
  retries: perQueue(
    "workqueue_retries_total",
    "Total number of items added to the workqueue with a non-zero delay " +
      "(rate-limited requeues, explicit RequeueAfter or AddAfter calls)",
  ),
  waited: perQueue(
    "workqueue_queue_duration_seconds",
    "How long in seconds an item stays in workqueue before being requested",
  ),
  worked: perQueue(
    "workqueue_work_duration_seconds",
    "How long in seconds processing an item from workqueue takes.",
  ),
  unfinished: perQueue(
    "workqueue_unfinished_work_seconds",
    "How many seconds of work has been done that is in progress and hasn't been observed by work_duration. " +
      "Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate " +
      "at which this increases.",
  ),
  longest: perQueue(
    "workqueue_longest_running_processor_seconds",
    "How many seconds has the longest running processor for workqueue been running.",
  ),
};

/** The reconcile families of a registry, made if it has none. */
export function reconcileFamilies(registry: Registry): ReconcileFamilies {
  const of = familiesOf(registry);
  return {
    total: of.counter(RECONCILE.total),
    errors: of.counter(RECONCILE.errors),
    terminal: of.counter(RECONCILE.terminal),
    panics: of.counter(RECONCILE.panics),
    timeouts: of.counter(RECONCILE.timeouts),
    seconds: of.histogram(RECONCILE.seconds, RECONCILE_BUCKETS),
    workers: of.gauge(RECONCILE.workers),
    active: of.gauge(RECONCILE.active),
    object: of.histogram(OBJECT, OBJECT_BUCKETS),
  };
}

/** The leader election families of a registry, made if it has none. */
export function electionFamilies(registry: Registry): ElectionFamilies {
  const of = familiesOf(registry);
  return { master: of.gauge<"name">(ELECTION.master), slowPath: of.counter<"name">(ELECTION.slowPath) };
}

/**
 * Counts the answers of an API server as client-go does, in `rest_client_requests_total`: a client's `onAnswer`. Give
 * the same registry to the manager.
 */
export function requestCounter(registry: Registry): (answer: AnsweredRequest) => void {
  const requests = familiesOf(registry).counter(REQUESTS);
  return ({ code, host, method }) => void (requests.series({ code: String(code), host, method }).value += 1);
}

/** The queue families of a registry, made if it has none. */
export function queueFamilies(registry: Registry): QueueFamilies {
  const of = familiesOf(registry);
  return {
    depth: of.gauge(QUEUE.depth),
    adds: of.counter(QUEUE.adds),
    retries: of.counter(QUEUE.retries),
    waited: of.histogram(QUEUE.waited, QUEUE_BUCKETS),
    worked: of.histogram(QUEUE.worked, QUEUE_BUCKETS),
    unfinished: of.gauge(QUEUE.unfinished),
    longest: of.gauge(QUEUE.longest),
  };
}

function familiesOf(registry: Registry) {
  return {
    counter: <Label extends string>(shape: Shape<Label>): NumberFamily<Label> =>
      sharedFamily(registry, new NumberFamily("counter", shape)),
    gauge: <Label extends string>(shape: Shape<Label>): NumberFamily<Label> =>
      sharedFamily(registry, new NumberFamily("gauge", shape)),
    histogram: (shape: Shape<string>, bounds: readonly number[]): HistogramFamily =>
      sharedFamily(registry, new HistogramFamily(shape, bounds)),
  };
}

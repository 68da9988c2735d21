import { systemClock } from "@weir/core";
import { checkHistory, isAllTold } from "../check/check-history.ts";
import type { Violation } from "../check/violation.ts";
import { type History, isWrite, keyText, type WriteRequest } from "../history/history.ts";
import { HistoryRecorder } from "../history/recorder.ts";
import type { Target } from "../targets/target.ts";
import { Board } from "./board.ts";
import { Dice } from "./dice.ts";
import { KIND_NAMES, KINDS, NAMESPACES } from "./kinds.ts";
import { prepare } from "./prepare.ts";
import { Client } from "./run-client.ts";
import { type RunState, Steps } from "./run-state.ts";
import { Auditor, Watcher } from "./run-watcher.ts";
import { SessionGate } from "./session-gate.ts";
import { makeTrouble, planTrouble, type TroubleCounts } from "./trouble.ts";

/** How much is done to a server, and how. */
export interface RunOptions extends Partial<TroubleCounts> {
  readonly seed: number;
  readonly target: Target;
  /** Requests of all clients together. */
  readonly steps: number;
  /** 8 by default. */
  readonly clients?: number;
  /** 8 by default, besides one over all objects of each kind. */
  readonly watchers?: number;
  /** The longest that open watches may take to tell the last of what happened; 10 s by default. */
  readonly settleMs?: number;
}

/** What came of a run. */
export interface RunResult {
  readonly history: History;
  readonly violations: readonly Violation[];
  readonly figures: Figures;
}

/** What was looked at. */
export interface Figures {
  readonly requests: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly watches: number;
  readonly events: number;
  readonly kills: number;
  readonly restarts: number;
  readonly compactions: number;
}

const SETTLE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/**
 * Has random clients work on a server all at once while it is killed, restarted and compacted, and checks what they saw. What
 * they ask for follows from the seed; how it interleaves does not.
 */
export async function runHistories(options: RunOptions): Promise<RunResult> {
  const { seed, target, steps, clients = 8, watchers = 8 } = options;
  const counts = { kills: 0, restarts: 0, compactions: 0, ...options };
  const recorder = new HistoryRecorder(target.promises);
  // The timers of the clock do not keep a process alive in which nothing else goes on.
  const alive = setInterval(() => {}, 1_000);
  const over = new AbortController();
  await using gate = new SessionGate(target);
  const state: RunState = {
    seed,
    recorder,
    board: new Board(),
    gate,
    steps: new Steps(steps),
    over: over.signal,
  };
  const baseline = await prepare(state);
  recorder.setBaseline(baseline);
  // How it all began need not be known to anybody.
  recorder.addCompaction(Math.min(...baseline.map(({ revision }) => revision)));
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const auditors = KIND_NAMES.map(
    (of, index) => new Auditor(state, of, baseline[index]?.revision ?? 0, (error) => failed.reject(error)),
  );
  const watching = [
    ...auditors.map((auditor) => auditor.run()),
    ...Array.from({ length: watchers }, (_, index) => new Watcher(state, index).run()),
  ];
  try {
    const dice = new Dice(seed * 1_000 + 999);
    const trouble = makeTrouble(state, target, {
      plan: planTrouble(counts, steps, dice),
      dice,
      knownRevision: () => Math.min(...auditors.map(({ revision }) => revision)),
    });
    const working = Array.from({ length: clients }, (_, index) => new Client(state, index).run());
    await Promise.race([Promise.all([...working, trouble]), failed.promise]);
    await Promise.race([finish(state, clients, options.settleMs ?? SETTLE_MS), failed.promise]);
  } finally {
    over.abort();
    await Promise.all(watching);
    clearInterval(alive);
  }
  const history = recorder.history();
  return { history, violations: checkHistory(history), figures: figuresOf(history) };
}

/** Writes one last object of each kind, reads everything again, and waits until the watches have told all. */
async function finish(state: RunState, clients: number, settleMs: number): Promise<void> {
  const { recorder } = state;
  const last = new Client(state, clients);
  for (const of of KIND_NAMES)
    await last.perform(recorder.nextId("last"), lastWrite(of, recorder.nextId("last")));
  for (const of of KIND_NAMES) {
    const scope = { of, namespace: "", selector: "everything" };
    const freshness = { kind: "newest" } as const;
    await last.perform(recorder.nextId("last"), { verb: "list", ...scope, limit: 0, freshness });
  }
  for (const key of keysOf(recorder.history())) {
    await last.perform(recorder.nextId("last"), { verb: "get", key, freshness: { kind: "newest" } });
  }
  recorder.settle(state.board.newestRevision);
  const end = systemClock.monotonic() + settleMs;
  while (!isAllTold(recorder.history()) && systemClock.monotonic() < end) {
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}

function lastWrite(of: (typeof KIND_NAMES)[number], id: string): WriteRequest {
  const namespace = KINDS[of].isNamespaced ? NAMESPACES[0] : "";
  const fields = KINDS[of].fields.length === 0 ? {} : { base: "base" };
  const content = { labels: { run: "histories" }, annotations: { stamp: id }, fields, finalizers: [] };
  return { verb: "create", of, namespace, name: id, content, mark: { slot: "stamp", id } };
}

function keysOf({ operations }: History): readonly string[] {
  const keys = operations.flatMap(({ request }) => {
    if ("key" in request) return [request.key];
    const isNamed = request.verb === "create" && request.name !== undefined;
    return isNamed ? [keyText(request.of, request.namespace, request.name ?? "")] : [];
  });
  return [...new Set(keys)];
}

function figuresOf({ operations, watches, server }: History): Figures {
  const count = (kind: string): number => server.filter((event) => event.kind === kind).length;
  return {
    requests: operations.length,
    acknowledged: operations.filter((each) => isWrite(each) && each.outcome.kind === "done").length,
    refused: operations.filter(({ outcome }) => outcome.kind === "refused").length,
    unanswered: operations.filter(({ outcome }) => outcome.kind === "unknown").length,
    watches: watches.length,
    events: watches.reduce((sum, { events }) => sum + events.length, 0),
    kills: count("killed"),
    restarts: count("stopped"),
    compactions: count("compacting") - 1,
  };
}

import type { Fault, FaultedRequest, FaultPlan } from "@weir/apiserver";
import { type Random, seededRandom } from "@weir/core";

/** What a random plan does. */
export interface RandomFaultsOptions {
  /** The same seed gives the same faults to the same requests in the same order. */
  readonly seed: number;
  /** How many of the requests go wrong: 0.1 by default. */
  readonly rate?: number;
  /** Which faults; by default all but `lag`, `compact` and `restart`, which are about the server and not the network. */
  readonly kinds?: readonly Fault["kind"][];
  /** Requests that are left alone. */
  readonly spare?: (request: FaultedRequest) => boolean;
  /** The longest that anything is late: 20 ms by default. */
  readonly maxDelayMs?: number;
}

/** What happens to a server can happen at any request; an answer out of the past only to a read. */
const SERVERS: readonly Fault["kind"][] = ["compact", "restart"];
const READS: readonly Fault["kind"][] = ["delay", "refuse", "drop", "lose-reply", "stale"];
const WRITES: readonly Fault["kind"][] = ["delay", "refuse", "drop", "lose-reply"];
const WATCHES: readonly Fault["kind"][] = [
  "delay",
  "refuse",
  "drop",
  "cut",
  "close",
  "expire",
  "duplicate",
  "reorder",
  "late",
];

/** A plan that spoils some requests, each by a fault that fits it. */
export function randomFaults(options: RandomFaultsOptions): FaultPlan {
  const { rate = 0.1, kinds, spare, maxDelayMs = 20 } = options;
  const random = seededRandom(options.seed);
  return (request) => {
    const isSpared = random.next() >= rate || spare?.(request) === true;
    if (isSpared) return undefined;
    const fitting = fittingKinds(request, kinds);
    const kind = pick(fitting, random);
    return kind === undefined ? undefined : faultOf(kind, request, { random, maxDelayMs });
  };
}

function fittingKinds(
  request: FaultedRequest,
  kinds: readonly Fault["kind"][] | undefined,
): readonly Fault["kind"][] {
  const usual = faultsOf(request);
  if (kinds === undefined) return usual;
  const isRead = request.verb === "get" || request.verb === "list";
  return [...usual, ...SERVERS, ...(isRead ? ["lag" as const] : [])].filter((kind) => kinds.includes(kind));
}

function faultsOf({ verb }: FaultedRequest): readonly Fault["kind"][] {
  if (verb === "watch") return WATCHES;
  return verb === "get" || verb === "list" ? READS : WRITES;
}

/** Refusals of a server that is not well; a write may also be told of a conflict that there is none of. */
function codesFor({ verb }: FaultedRequest): readonly number[] {
  if (verb === "watch") return [410, 429, 500, 503];
  if (verb === "list") return [410, 429, 500, 503, 504];
  return [429, 500, 503, 504];
}

function faultOf(
  kind: Fault["kind"],
  request: FaultedRequest,
  { random, maxDelayMs }: { readonly random: Random; readonly maxDelayMs: number },
): Fault {
  switch (kind) {
    case "delay":
    case "late":
      return { kind, ms: Math.floor(random.next() * maxDelayMs) };
    case "lag":
      return { kind, revisions: 1 + Math.floor(random.next() * 10) };
    case "refuse":
      return { kind, code: pick(codesFor(request), random) ?? 500 };
    case "cut":
    case "close":
    case "expire":
      return { kind, afterEvents: Math.floor(random.next() * 10) };
    default:
      return { kind };
  }
}

function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random.next() * items.length)];
}

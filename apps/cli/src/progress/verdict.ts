import { firstBrokenLink } from "./broken-link.ts";
import type { ObjectState } from "./object-state.ts";

/** Where a whole cluster stands. */
export type Verdict =
  | { readonly kind: "ready" }
  | { readonly kind: "working" }
  /** Nothing moves any more and something is broken. */
  | { readonly kind: "broken"; readonly reasons: readonly string[] };

/** Judges all Flux objects together; suspended ones are left out. */
export function judgeCluster(states: ReadonlyMap<string, ObjectState>): Verdict {
  const active = [...states.values()].filter((state) => state.phase !== "suspended");
  if (active.length === 0 || active.some((state) => state.phase === "working")) return { kind: "working" };
  if (active.every((state) => state.phase === "ready")) return { kind: "ready" };
  const broken = firstBrokenLink(states);
  if (broken === undefined) return { kind: "working" };
  const notReady = active.filter((state) => state.phase === "failed" || state.id === broken.object.id);
  return { kind: "broken", reasons: notReady.map((state) => `${state.id}: ${state.message}`) };
}

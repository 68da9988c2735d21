import type { Change } from "../cache/change.ts";
import type { Predicate } from "./predicates.ts";

/**
 * Hands a change on where the predicate takes it. One that throws takes it, so that nothing is lost, and its error goes
 * on to whoever logs it.
 */
export function whenTaken<R>(predicate: Predicate<R> | undefined, change: Change<R>, take: () => void): void {
  let failure: { readonly error: unknown } | undefined;
  let isTaken = true;
  try {
    isTaken = predicate?.(change) ?? true;
  } catch (error) {
    failure = { error };
  }
  // What it gives is handed on: a handler that is asynchronous, although it should not be, may yet fail.
  const result = isTaken ? take() : undefined;
  if (failure !== undefined) throw failure.error;
  return result;
}

import type { Clock, JsonObject, Outcome } from "@weir/core";
import type { ReadOf } from "@weir/client";

/** The status of a kind's objects. */
export type StatusOf<R> = R extends { readonly status?: infer Status } ? NonNullable<Status> : JsonObject;

/** What a run is at, for a status that is written before it ends. */
export interface Progress {
  readonly reason: string;
  readonly message: string;
}

/** What a status is reported for: how a run ended, that it goes on, or that the object is suspended. */
export type Reported =
  | Outcome
  | ({ readonly kind: "progressing" } & Progress)
  | { readonly kind: "suspended" };

/** What a run found out, for the report. */
export interface Observation<R, Facts> {
  /** The object as it was read when the run began. */
  readonly object: R;
  readonly isDeleting: boolean;
  /** What the reconcile recorded with `ctx.record`. */
  readonly facts: Readonly<Partial<Facts>>;
  /** What the reconcile said with `ctx.status`. */
  readonly summary: StatusSummary;
}

/** What `ctx.status` collects. */
export interface StatusSummary {
  readonly patch: JsonObject;
  readonly verdict:
    | { readonly kind: "ready" | "notReady" | "stalled"; readonly reason: string; readonly message: string }
    | undefined;
}

/**
 * The one place where a controller's conditions are written: a pure function from what was and what was found to the
 * whole new status. `undefined` leaves the status as it is.
 */
export type Report<R, Facts> = (
  previous: StatusOf<R> | undefined,
  observation: Observation<R, Facts>,
  outcome: Reported,
  clock: Pick<Clock, "now">,
) => StatusOf<R> | undefined;

/** The report type of a kind token. */
export type ReportOf<K, Facts> = Report<ReadOf<K>, Facts>;

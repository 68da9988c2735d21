import { tracingChannel } from "node:diagnostics_channel";
import { describeError } from "@weir/core";
import { SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import type { RunEnd } from "../reconcile/run-object.ts";

/** What is known of a run before it begins; the message of the diagnostics channel `weir:reconcile`. */
export interface TracedRun {
  readonly controller: string;
  /** Empty where a controller reconciles keys. */
  readonly group: string;
  readonly kind: string;
  readonly key: string;
  readonly reconcileID: string;
}

/**
 * Shows each run to whoever looks: as an OpenTelemetry span where a provider is registered, and on the tracing channel
 * `weir:reconcile` of `node:diagnostics_channel`. Costs next to nothing where nobody does.
 */
export class ReconcileTracer {
  readonly #tracer: Tracer;
  readonly #channel = tracingChannel<unknown, TracedRun>("weir:reconcile");

  constructor(tracer: Tracer = trace.getTracer("@weir/sdk")) {
    this.#tracer = tracer;
  }

  run(traced: TracedRun, code: () => Promise<RunEnd>): Promise<RunEnd> {
    const spanned = (): Promise<RunEnd> => this.#spanned(traced, code);
    return this.#channel.hasSubscribers ? this.#channel.tracePromise(spanned, { ...traced }) : spanned();
  }

  #spanned(traced: TracedRun, code: () => Promise<RunEnd>): Promise<RunEnd> {
    const attributes = {
      "weir.controller": traced.controller,
      "weir.key": traced.key,
      "weir.reconcile_id": traced.reconcileID,
      ...(traced.kind === "" ? {} : { "k8s.object.group": traced.group, "k8s.object.kind": traced.kind }),
    };
    return this.#tracer.startActiveSpan(`reconcile ${traced.controller}`, { attributes }, async (span) => {
      try {
        const end = await code();
        const outcome = end.kind === "gone" ? "gone" : end.outcome.kind;
        span.setAttribute("weir.outcome", outcome);
        if (end.kind === "ended" && end.outcome.kind === "failed") {
          span.setStatus({ code: SpanStatusCode.ERROR, message: describeError(end.outcome.error) });
        }
        return end;
      } finally {
        span.end();
      }
    });
  }
}

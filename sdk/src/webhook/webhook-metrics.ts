import type { Registry } from "prom-client";
import { Counter, Gauge, Histogram } from "../manager/prom-client-parts.ts";

/** What a webhook server counts, as controller-runtime names it. */
export interface WebhookMetrics {
  readonly latency: Histogram<"webhook">;
  readonly requests: Counter<"webhook" | "code">;
  readonly inFlight: Gauge<"webhook">;
  readonly panics: Counter;
  readonly conversionPanics: Counter;
  readonly certificateReads: Counter;
  readonly certificateErrors: Counter;
}

/** From 10 ns, twelve times ten, to the last bit as Go computes them. */
const BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

/** The metric families of webhooks in a registry, made if it has none. */
export function webhookMetrics(registry: Registry): WebhookMetrics {
  const registers = [registry];
  const known = <Metric>(name: string, make: (name: string) => Metric): Metric =>
    (registry.getSingleMetric(name) as Metric | undefined) ?? make(name);
  const counter = (metric: string, help: string): Counter =>
    known(metric, (name) => new Counter({ name, help, registers }));
  return {
    latency: known(
      "controller_runtime_webhook_latency_seconds",
      (name) =>
        new Histogram({
          name,
          help: "Histogram of the latency of processing admission requests",
          labelNames: ["webhook"],
          buckets: BUCKETS,
          registers,
        }),
    ),
    requests: known(
      "controller_runtime_webhook_requests_total",
      (name) =>
        new Counter({
          name,
          help: "Total number of admission requests by HTTP status code.",
          labelNames: ["webhook", "code"],
          registers,
        }),
    ),
    inFlight: known(
      "controller_runtime_webhook_requests_in_flight",
      (name) =>
        new Gauge({
          name,
          help: "Current number of admission requests being served.",
          labelNames: ["webhook"],
          registers,
        }),
    ),
    panics: counter("controller_runtime_webhook_panics_total", "Total number of webhook panics"),
    conversionPanics: counter(
      "controller_runtime_conversion_webhook_panics_total",
      "Total number of conversion webhook panics",
    ),
    certificateReads: counter("certwatcher_read_certificate_total", "Total number of certificate reads"),
    certificateErrors: counter(
      "certwatcher_read_certificate_errors_total",
      "Total number of certificate read errors",
    ),
  };
}

// A controller of the stub's objects, on our SDK. sdk-consumer-process.ts SERVER COUNT
// Prints `synced {…}` when every object was reconciled once, and `churned {…}` on each line that it reads: what the
// changes since the line before took from the server's write to the reconcile.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { connect, createClient } from "@weir/client";
import { systemClock } from "@weir/core";
import { createController, createManager, keepMemoryLow, keepYoungObjectsFew, kind } from "@weir/sdk";

const [, , server = "", wanted = "0"] = process.argv;
const start = performance.now();
// As `weir run` and the worked example do.
keepYoungObjectsFew();
void keepMemoryLow(systemClock, new AbortController().signal);
const Thing = kind("bench.weir.dev/v1", "Thing", { plural: "things", scope: "Namespaced" });

const seen = new Set<string>();
let latencies: number[] = [];
let managerMs = 0;
const stalls = monitorEventLoopDelay({ resolution: 1 });
stalls.enable();

const things = createController("things", { concurrency: 1 })
  .for(Thing)
  // The peer's controller writes no status either.
  .report(() => undefined)
  .reconcile(({ metadata: { name = "" }, ["data"]: data }) => {
    const { sent } = data as { readonly sent: string };
    if (sent !== "0") latencies.push(Number(process.hrtime.bigint() - BigInt(sent)) / 1e6);
    if (seen.size === Number(wanted)) return;
    seen.add(name);
    if (seen.size === Number(wanted)) report("synced", { ms: performance.now() - start, managerMs });
  });

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function report(what: string, figures: Readonly<Record<string, number>>): void {
  const stallMs = stalls.max / 1e6;
  stalls.reset();
  process.stdout.write(`${what} ${JSON.stringify({ ...figures, stallMs })}\n`);
}

const connection = connect({
  server,
  auth: { kind: "none" },
  ca: undefined,
  clientCertificate: undefined,
  tlsServerName: undefined,
  insecureSkipTlsVerify: false,
  proxyUrl: undefined,
  namespace: undefined,
  impersonate: undefined,
});
const manager = createManager({
  client: createClient({ transport: connection.transport, server: connection.server, userAgent: "bench" }),
  controllers: [things],
});
// Not awaited: the bundled form is CommonJS.
void manager.start().then(() => (managerMs = performance.now() - start));

createInterface({ input: process.stdin }).on("line", () => {
  const sorted = latencies.toSorted((a, b) => a - b);
  latencies = [];
  const figures = { runs: sorted.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  report("churned", { ...figures, max: sorted.at(-1) ?? Number.NaN });
});
process.once("SIGTERM", () => process.exit(0));

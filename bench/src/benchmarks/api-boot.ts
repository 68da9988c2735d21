import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { ourCommand } from "../processes/our-command.ts";
import { startProcess } from "../processes/start-process.ts";
import { median, rounded, spread } from "../statistics.ts";

const REPETITIONS = 5;
/** Long enough for the first garbage collections, and for loops to settle. */
const IDLE_MS = 1_000;

const VARIANTS = [
  { what: "the API alone", args: ["api", "memory"] },
  { what: "the API with all loops", args: ["cluster", "memory"] },
  { what: "the API with all loops, SQLite (a new file)", args: ["cluster", "sqlite"] },
] as const;

/** How long the embedded API takes to come up, and what it keeps in memory. */
export const benchmark: Benchmark = {
  name: "api-boot",
  about:
    "a new process of ours, from source, until /readyz answers 200 over HTTPS; resident memory after it stood idle for 1 s",
  run: async (context) => {
    const rows: Row[] = [];
    for (const variant of VARIANTS) {
      context.progress(variant.what);
      const boots: Boot[] = [];
      for (let index = 0; index < REPETITIONS; index += 1) {
        const [what, where] = variant.args;
        const path = where === "memory" ? where : join(context.scratch, `${index}.db`);
        boots.push(await boot(context, [what, path]));
      }
      const ready = boots.map(({ readyMs }) => readyMs);
      rows.push({
        what: variant.what,
        runs: REPETITIONS,
        "ready ms (median)": rounded(median(ready)),
        "ready ms (range)": spread(ready),
        "resident MB": rounded(median(boots.map(({ residentMb }) => residentMb))),
        "peak MB": rounded(median(boots.map(({ peakMb }) => peakMb))),
      });
    }
    return { kind: "measured", rows };
  },
};

interface Boot {
  readonly readyMs: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

interface Endpoint {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority: string;
}

async function boot(context: BenchmarkContext, args: readonly string[]): Promise<Boot> {
  await using server = startProcess(ourCommand(context, "bench/src/api-process.ts", args));
  const [text] = await server.line(/^\{.*\}$/);
  const endpoint = JSON.parse(text) as Endpoint;
  while ((await readyz(endpoint)) !== 200) await sleep(1);
  const readyMs = server.elapsedMs();
  await sleep(IDLE_MS);
  const { nowMb = Number.NaN, peakMb = Number.NaN } = server.memory() ?? {};
  return { readyMs, residentMb: nowMb, peakMb };
}

function readyz({ url, token, certificateAuthority: ca }: Endpoint): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const options = { ca, agent: false, headers: { authorization: `Bearer ${token}` } };
  get(`${url}/readyz`, options, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on("error", reject);
  return promise;
}

import type { KubeClient } from "@weir/client";
import { type JsonObject, type RetryPolicy, WeirError, type WorkerPool } from "@weir/core";
import {
  type ChartCrd,
  type HelmValues,
  lookupKey,
  type LookupRequest,
  type RenderedRelease,
} from "@weir/helm";
import { gvkOf, type KubeObject } from "@weir/objects";
import type { ResolvedOptions } from "../settings/controller-options.ts";
import type { ChartFacts, ChartTaskInput, RenderTaskInput, RenderTaskOutput } from "./release-task.ts";

const TASK_MODULE = new URL("./release-task.ts", import.meta.url);

/** How many objects one render may ask for: each costs a request and a render. */
const MOST_LOOKUPS = 100;

/** A chart asks a cluster for more objects than a render may. */
export class TooManyLookupsError extends WeirError {
  override readonly name = "TooManyLookupsError";
  readonly reason = "LookupBudgetExceeded";
  readonly retry: RetryPolicy = "next-interval";

  constructor() {
    super(`the chart looks up more than ${MOST_LOOKUPS} objects`);
  }
}

/** A render, but for the answers that the cluster gives. */
export interface RenderRequest {
  readonly input: Omit<RenderTaskInput, "lookups">;
  /** The cluster that templates look into. */
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

/** Loads and renders charts in worker threads, where one tenant's template cannot stop another's release. */
export class ReleaseRenderer {
  readonly #workers: WorkerPool;
  readonly #options: Pick<ResolvedOptions, "renderTimeoutMs" | "renderMemoryMb">;

  constructor(workers: WorkerPool, options: Pick<ResolvedOptions, "renderTimeoutMs" | "renderMemoryMb">) {
    this.#workers = workers;
    this.#options = options;
  }

  /** What is to be known of a chart; throws what loading it does. */
  inspect(input: ChartTaskInput, signal: AbortSignal): Promise<ChartFacts> {
    return this.#run<ChartFacts>("inspectChart", input, signal);
  }

  /** The CRDs of a chart under some values. */
  crds(
    input: ChartTaskInput & { readonly values: HelmValues },
    signal: AbortSignal,
  ): Promise<readonly ChartCrd[]> {
    return this.#run<readonly ChartCrd[]>("listCrds", input, signal);
  }

  /** Renders, and begins again each time that a template needs an object of the cluster; most need none. */
  async render({ input, client, signal }: RenderRequest): Promise<RenderedRelease> {
    const lookups = new Map<string, JsonObject>();
    for (let asked = 0; asked <= MOST_LOOKUPS; asked += 1) {
      const output = await this.#run<RenderTaskOutput>(
        "renderRelease",
        { ...input, lookups } as ChartTaskInput,
        signal,
      );
      if (output.kind === "rendered") return output.release;
      lookups.set(lookupKey(output.request), await lookUp(output.request, client, signal));
    }
    throw new TooManyLookupsError();
  }

  #run<Output>(name: string, input: ChartTaskInput, signal: AbortSignal): Promise<Output> {
    return this.#workers.run<Output>(TASK_MODULE, name, input, {
      timeoutMs: this.#options.renderTimeoutMs,
      memoryMb: this.#options.renderMemoryMb,
      affinity: input.digest,
      signal,
    });
  }
}

/** What `lookup` finds: an object, a list where no name is given, nothing where the kind or the object is not there. */
export async function lookUp(
  { apiVersion, kind, namespace, name }: LookupRequest,
  client: KubeClient,
  signal: AbortSignal,
): Promise<JsonObject> {
  const resolved = await client.resolve(gvkOf({ apiVersion, kind }));
  if (resolved === undefined) return {};
  const isNamespaced = resolved.scope === "Namespaced";
  const place = isNamespaced && namespace !== "" ? { namespace } : {};
  if (name !== "") {
    const found = await client.get<KubeObject>(resolved, { ...place, name }, { signal });
    return found === undefined ? {} : (found as unknown as JsonObject);
  }
  const list = await client.list<KubeObject>(resolved, { ...place, signal });
  return { ...list, apiVersion, kind: `${kind}List` } as unknown as JsonObject;
}

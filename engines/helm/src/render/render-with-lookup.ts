import { type JsonObject, WeirError } from "@weir/core";

import type { Chart } from "../chart/chart.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { type Lookup, lookupKey, LookupPendingError } from "./lookup.ts";
import { RenderCache } from "./render-cache.ts";
import { renderChart, type RenderedChart, type RenderOptions } from "./render-chart.ts";

/** How many objects one render may ask for: each costs a request and a render. */
const MOST_LOOKUPS = 100;

/** A chart asks a cluster for more objects than a render may. */
export class LookupBudgetError extends WeirError {
  override readonly name = "LookupBudgetError";
  readonly reason = "LookupBudgetExceeded";
  readonly retry = "never";

  constructor() {
    super(`the chart looks up more than ${MOST_LOOKUPS} objects`);
  }
}

/**
 * Renders a chart whose templates may look into a cluster: each time that an answer is missing it is fetched, and the
 * render starts again. Most charts look up nothing, or one Secret. Rejects with what `renderChart` throws, and with what
 * `lookup` rejects with.
 */
export async function renderChartWithLookup(
  chart: Chart,
  values: HelmValues,
  { lookup, ...options }: RenderOptions & { readonly lookup: Lookup },
): Promise<RenderedChart> {
  const lookups = new Map<string, JsonObject>(options.lookups);
  const cache = options.cache ?? new RenderCache();
  for (let asked = 0; asked <= MOST_LOOKUPS; asked += 1) {
    try {
      return renderChart(chart, values, { ...options, cache, lookups });
    } catch (error) {
      if (!(error instanceof LookupPendingError)) throw error;
      lookups.set(lookupKey(error.request), await lookup(error.request));
    }
  }
  throw new LookupBudgetError();
}

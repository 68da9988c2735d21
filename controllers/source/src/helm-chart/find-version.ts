import type { ChartVersion } from "@weir/helm";
import { ChartReferenceError, type FoundChart } from "./chart-repository.ts";
import { chooseVersion } from "./choose-version.ts";

/** The version of a chart that a range means among those of an index. Throws `ChartReferenceError` in Flux's words. */
export function findVersion(
  versions: readonly ChartVersion[] | undefined,
  name: string,
  range: string,
): FoundChart {
  if (versions === undefined) throw new ChartReferenceError("no chart name found");
  if (versions.length === 0) throw new ChartReferenceError("no chart version found");
  const found = chooseVersion(versions, range);
  if (found === undefined) {
    throw new ChartReferenceError(`no '${name}' chart with version matching '${range}' found`);
  }
  return { name: found.name, version: found.version, url: found.urls[0], digest: found.digest };
}

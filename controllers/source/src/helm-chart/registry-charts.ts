import { describeError, WeirError } from "@weir/core";
import {
  chooseChartVersion,
  formatReference,
  type OciReference,
  OciReferenceError,
  parseChartReference,
  pullChart,
  type RegistryClient,
  type VerificationPolicy,
  verifyArtifact,
} from "@weir/oci";
import { ConstraintError } from "@weir/text";
import { HelmFetchError } from "../helm-access/helm-fetch-error.ts";
import type { ChartRepository, FoundChart } from "./chart-repository.ts";
import { wholeVersion } from "./choose-version.ts";

/** The charts of a registry, which can be verified. */
export interface RegistryCharts extends ChartRepository {
  /** Verifies a version and pins it: what is downloaded then is what was verified. Throws what keeps it from being good. */
  verify(chart: FoundChart, policy: VerificationPolicy): Promise<FoundChart>;
}

/** What registries are asked with. */
export interface RegistrySources {
  /** `oci://host/path`, without a slash at its end. */
  readonly url: string;
  readonly client: RegistryClient;
  /** Longest archive. */
  readonly maxChartBytes: number;
  readonly signal: AbortSignal;
}

/** The charts below a path of a registry. */
export function registryCharts({ url, client, maxChartBytes, signal }: RegistrySources): RegistryCharts {
  const repositoryOf = (name: string): string => `${url}/${name}`;
  return {
    find: async (name, range) => {
      const repository = repositoryOf(name);
      const version =
        wholeVersion(range) === undefined ? await newest(client, repository, { name, range, signal }) : range;
      return { name, version, url: `${repository}:${version}`, digest: "" };
    },
    download: async ({ url: reference = "" }) => {
      const { archive } = await asFetch(`failed to get '${reference}'`, () =>
        pullChart(client, { reference: parseChartReference(reference), maxChartBytes, signal }),
      );
      return archive;
    },
    verify: async (chart, policy) => {
      const { url: named = "" } = chart;
      const reference = parseChartReference(named);
      const pinned = await asFetch(`failed to verify ${named}`, async () => {
        const { digest } = await client.resolve(reference, signal);
        const pin: OciReference & { readonly digest: string } = { ...reference, digest };
        await verifyArtifact(client, { reference: pin, policy, signal });
        return pin;
      });
      return { ...chart, url: `oci://${formatReference({ ...pinned })}` };
    },
  };
}

async function newest(
  client: RegistryClient,
  repository: string,
  { name, range, signal }: { readonly name: string; readonly range: string; readonly signal: AbortSignal },
): Promise<string> {
  const tags = await asFetch(
    `could not get tags for ${JSON.stringify(name)}: could not fetch tags for ${JSON.stringify(repository)}`,
    () => client.listTags(parseChartReference(repository), { signal }),
  );
  if (tags.length === 0) {
    const problem = `unable to locate any tags in provided repository: ${repository}`;
    throw new HelmFetchError(repository, `could not get tags for ${JSON.stringify(name)}: ${problem}`);
  }
  try {
    return chooseChartVersion(tags, range);
  } catch (error) {
    if (error instanceof ConstraintError) throw new HelmFetchError(repository, error.message);
    throw error;
  }
}

async function asFetch<Value>(what: string, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    const problem = error instanceof OciReferenceError ? error.message : describeError(error);
    throw new HelmFetchError("", `${what}: ${problem}`);
  }
}

import { join } from "node:path";
import type { Artifact, HelmRepository } from "@weir/api";
import type { ArtifactStorage } from "@weir/artifact";
import { anySignal, type Clock, goDurationMs, timeoutSignal, type WorkerPool } from "@weir/core";
import { readRepositoryIndex } from "@weir/helm";
import { withoutCredentials } from "@weir/git";
import { createNodeSender, RegistryDeadlineError } from "@weir/oci";
import { fetchUrl, limited } from "../helm-access/fetch-url.ts";
import { HelmFetchError } from "../helm-access/helm-fetch-error.ts";
import {
  type HelmAccess,
  observeHelmAccess,
  type ReachedRepository,
} from "../helm-access/observe-helm-access.ts";
import { indexUrlOf, parseRepositoryUrl } from "../helm-access/repository-url.ts";
import type { RegistryClients } from "../registry/registry-clients.ts";
import type { SourceContext } from "../run/source-context.ts";
import { buildFailed } from "./chart-build-error.ts";
import { ChartReferenceError, type ChartRepository, type FoundChart } from "./chart-repository.ts";
import { type FindResult, findStoredChart } from "./find-task.ts";
import { findVersion } from "./find-version.ts";
import { httpCharts } from "./http-charts.ts";
import { type RegistryCharts, registryCharts } from "./registry-charts.ts";

/** What repositories are opened with. */
export interface ChartSourceDeps {
  readonly storage: ArtifactStorage;
  readonly clients: RegistryClients;
  /** Looks charts up in long indexes. */
  readonly workers: WorkerPool;
  readonly clock: Clock;
  /** Longest index of a repository without an object; 50 MiB by default. */
  readonly maxIndexBytes?: number;
  /** Longest archive in bytes; 10 MiB by default, as Flux. */
  readonly maxChartBytes?: number;
}

/** A repository of charts, as an object describes it; it may have no object of its own. */
export type ChartsOf = ReachedRepository & Pick<HelmRepository, "status">;

/** A repository that is in use until it is disposed. */
export interface OpenCharts extends Disposable {
  readonly charts: ChartRepository;
  /** The same, where it is a registry. */
  readonly registry: RegistryCharts | undefined;
  /** What was learnt of a registry may be what failed: the next run finds out anew. */
  readonly forget: () => void;
}

const DEFAULT_TIMEOUT = "60s";
const FIND_MODULE = new URL("./find-task.ts", import.meta.url);
/** An index up to this length is searched sooner than a worker is asked. */
const SHORT_INDEX = 2 * 1024 * 1024;
const MIB = 1024 * 1024;
const MAX_CHART = 10 * MIB;

/** Opens a repository. Throws `SourceStepError` where its Secrets or its URL cannot be used. */
export async function openCharts(
  repository: ChartsOf,
  ctx: Pick<SourceContext, "live" | "signal">,
  deps: ChartSourceDeps,
): Promise<OpenCharts> {
  const { spec } = repository;
  const { url, user } = parseRepositoryUrl(spec.url);
  const read = await observeHelmAccess(repository, ctx);
  if (spec.type !== "oci" && !url.startsWith("oci://")) {
    const access = read.basic === undefined && user !== undefined ? { ...read, basic: user } : read;
    return new IndexedRepository({ repository, url, access, signal: ctx.signal }, deps).open();
  }
  if (!url.startsWith("oci://")) throw buildFailed("unknown", `invalid OCI registry URL: ${url}`);
  const { auths, tls } = read;
  const access = { isInsecure: spec.insecure ?? false, auths, ...(tls === undefined ? {} : { tls }) };
  const lease = deps.clients.open(access);
  const timeoutMs = goDurationMs(spec.timeout ?? DEFAULT_TIMEOUT);
  const timeout = timeoutSignal(deps.clock, timeoutMs, () => new RegistryDeadlineError());
  const held = anySignal(ctx.signal, timeout.signal);
  const { maxChartBytes = MAX_CHART } = deps;
  const registry = registryCharts({ url, client: lease.client, maxChartBytes, signal: held.signal });
  const inUse = [held, timeout, lease];
  return {
    charts: registry,
    registry,
    forget: () => deps.clients.forget(access),
    [Symbol.dispose]: () => {
      for (const each of inUse) each[Symbol.dispose]();
    },
  };
}

interface Reached {
  readonly repository: ChartsOf;
  readonly url: string;
  readonly access: HelmAccess;
  readonly signal: AbortSignal;
}

class IndexedRepository {
  readonly #reached: Reached;
  readonly #deps: ChartSourceDeps;
  readonly #sender: ReturnType<typeof createNodeSender>;
  #index: Promise<Uint8Array> | undefined;

  constructor(reached: Reached, deps: ChartSourceDeps) {
    const { tls } = reached.access;
    this.#reached = reached;
    this.#deps = deps;
    this.#sender = createNodeSender(tls === undefined ? {} : { tls });
  }

  open(): OpenCharts {
    const { maxChartBytes = MAX_CHART } = this.#deps;
    const charts = httpCharts({
      url: this.#reached.url,
      find: (name, range) => this.#find(name, range),
      fetch: (url) =>
        this.#fetch(
          url,
          maxChartBytes,
          `size of chart '${withoutCredentials(url)}' exceeds '${maxChartBytes}' bytes limit`,
        ),
    });
    const forget = (): void => {};
    return { charts, registry: undefined, forget, [Symbol.dispose]: () => this.#sender[Symbol.dispose]() };
  }

  /** In what is stored, where the repository has an artifact; else in the index that is fetched. */
  async #find(name: string, range: string): Promise<FoundChart> {
    const artifact = this.#reached.repository.status?.artifact;
    if (artifact !== undefined) return this.#findStored(artifact, name, range);
    const { maxIndexBytes = 50 * MIB } = this.#deps;
    const exceeded = `index exceeds the maximum index file size of ${maxIndexBytes} bytes`;
    this.#index ??= this.#fetch(indexUrlOf(this.#reached.url), maxIndexBytes, exceeded);
    const index = readRepositoryIndex(await this.#index, { charts: new Set([name]) });
    return findVersion(index.get(name), name, range);
  }

  async #findStored({ path, size = 0 }: Artifact, name: string, range: string): Promise<FoundChart> {
    const { storage, workers } = this.#deps;
    const { signal } = this.#reached;
    const input = { file: join(storage.root, path), name, range };
    const result =
      size <= SHORT_INDEX
        ? await findStoredChart(input)
        : await workers.run<FindResult>(FIND_MODULE, "findStoredChart", input, { signal });
    if (result.kind === "none") throw new ChartReferenceError(result.message);
    return result.chart;
  }

  #fetch(url: string, maxBytes: number, exceeded: string): Promise<Uint8Array> {
    const { repository, access, signal } = this.#reached;
    const fetch = {
      url,
      repository: this.#reached.url,
      access,
      passCredentials: repository.spec.passCredentials ?? false,
      timeoutMs: goDurationMs(repository.spec.timeout ?? DEFAULT_TIMEOUT),
      signal,
    };
    const deps = { sender: this.#sender, clock: this.#deps.clock };
    return fetchUrl(fetch, deps, async ({ body }) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of limited(body, maxBytes, () => new HelmFetchError(url, exceeded))) {
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    });
  }
}

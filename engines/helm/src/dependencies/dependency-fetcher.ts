import type { Tree } from "@weir/core";
import { compareSemver, parseConstraint, quoteGo, tryParseSemver } from "@weir/text";
import type { Chart, ChartDependency } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import { loadChartArchive, loadChartFolder } from "../chart/load-chart.ts";
import type { ChartLimits } from "../chart/unpack-archive.ts";
import { packageChart } from "../package/package-chart.ts";
import { type DependencySources, repositoryKind } from "./dependency-sources.ts";
import { downloadChart, resolveReference } from "./download-chart.ts";
import { DependencyError } from "./repository-error.ts";
import { type ChartVersion, type RepositoryIndex, readRepositoryIndex } from "./repository-index.ts";

/** A chart that a chart depends on. */
export interface FetchedChart {
  readonly fileName: string;
  readonly version: string;
  /** Undefined for a chart that lies below `charts/` already. */
  readonly archive: Uint8Array | undefined;
}

/** What a fetcher works on. */
export interface FetcherContext {
  readonly tree: Tree;
  readonly folder: string;
  readonly sources: DependencySources;
  readonly limits: ChartLimits | undefined;
  readonly notify: Notify;
}

/** Finds and fetches charts; each index is read once. */
export class DependencyFetcher {
  readonly #context: FetcherContext;
  readonly #indexes = new Map<string, Promise<RepositoryIndex>>();

  constructor(context: FetcherContext) {
    this.#context = context;
  }

  /** A dependency with the URL of the repository that it names. Throws `DependencyError` for a name nobody knows. */
  withUrl(dependency: ChartDependency): ChartDependency {
    const { repository } = dependency;
    const alias = /^(?:@|alias:)(.*)$/s.exec(repository)?.[1];
    if (alias !== undefined) {
      const url = this.#context.sources.repositories?.get(alias);
      if (url === undefined) throw unknownRepository(repository, "");
      return { ...dependency, repository: url };
    }
    if (repository === "" || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(repository) || repository.startsWith("/")) {
      return dependency;
    }
    throw unknownRepository(repository, ALIAS_HINT);
  }

  /** The version to be locked; undefined where there is none in the range. */
  async resolve({ name, version, repository }: ChartDependency): Promise<string | undefined> {
    switch (repositoryKind(repository)) {
      case "local":
        this.#localChart(name);
        return version;
      case "folder": {
        const { metadata } = this.#folderChart(repository);
        return isIn(version, metadata.version) ? metadata.version : undefined;
      }
      case "oci":
        return tryParseSemver(version) === undefined ? this.#highestTag(name, version, repository) : version;
      default: {
        const versions = await this.#versions(name, repository);
        return versions.find((candidate) => candidate.urls.length > 0 && isIn(version, candidate.version))
          ?.version;
      }
    }
  }

  /** Fetches one version. Throws `DependencyError`, and what the sources throw. */
  async fetch({ name, version, repository }: ChartDependency): Promise<FetchedChart> {
    switch (repositoryKind(repository)) {
      case "local":
        return this.#checkLocal(name, version);
      case "folder":
        return this.#packFolder(name, version, repository);
      case "oci": {
        const archive = await this.#pull(`${repository.replace(/\/$/, "")}/${name}`, version);
        return this.#checked(usualName(name, version), archive, version);
      }
      default:
        return this.#download(name, version, repository);
    }
  }

  #localChart(name: string): Chart {
    const { tree, folder } = this.#context;
    const path = folder === "" ? `charts/${name}` : `${folder}/charts/${name}`;
    if (tree.list(path) === undefined) throw new DependencyError(`directory ${path} not found`);
    return loadChartFolder(tree, path, this.#loadOptions());
  }

  #checkLocal(name: string, version: string): FetchedChart {
    const chart = this.#localChart(name);
    if (!isIn(version, chart.metadata.version)) {
      throw new DependencyError(
        `dependency ${name} at version ${chart.metadata.version} does not satisfy the constraint ${version}`,
      );
    }
    // What is locked is what Chart.yaml says.
    return { fileName: name, version, archive: undefined };
  }

  #folderChart(repository: string): Chart {
    const path = repository.slice("file://".length);
    const found = this.#context.sources.folder?.(path);
    if (found === undefined) throw new DependencyError(`directory ${path} not found`);
    return loadChartFolder(found, "", { path, ...this.#loadOptions() });
  }

  #packFolder(name: string, version: string, repository: string): FetchedChart {
    const chart = this.#folderChart(repository);
    if (!isIn(version, chart.metadata.version)) {
      throw new DependencyError(`can't get a valid version for dependency ${name}`);
    }
    const { fileName, archive } = packageChart(chart);
    return { fileName, version: chart.metadata.version, archive };
  }

  async #highestTag(name: string, range: string, repository: string): Promise<string | undefined> {
    const { tags } = this.#context.sources;
    const url = `${repository.replace(/\/$/, "")}/${name}`;
    if (tags === undefined) throw unreachable(url, "registries");
    const constraint = parseConstraint(range);
    const versions = (await tags(url)).flatMap((tag) => tryParseSemver(tag.replaceAll("_", "+")) ?? []);
    const fitting = versions.filter((version) => constraint.check(version));
    return fitting.sort((left, right) => compareSemver(right, left))[0]?.original;
  }

  async #pull(url: string, version: string): Promise<Uint8Array> {
    const { pull } = this.#context.sources;
    if (pull === undefined) throw unreachable(url, "registries");
    return pull(url, version);
  }

  async #download(name: string, version: string, repository: string): Promise<FetchedChart> {
    const versions = await this.#versions(name, repository);
    const wanted = versions.find(
      (candidate) => candidate.urls.length > 0 && isSame(candidate.version, version),
    );
    if (wanted === undefined) {
      throw new DependencyError(`could not find ${name} ${version} in ${repository}: no matching version`);
    }
    const { url, archive } = await downloadChart(repository, wanted, (at) => this.#get(at));
    const fileName = new URL(url).pathname.split("/").at(-1) ?? "";
    const isUsable = FILE_NAME.test(fileName);
    return this.#checked(isUsable ? fileName : usualName(name, wanted.version), archive, wanted.version);
  }

  /** An archive that is no chart is not worth keeping. */
  #checked(fileName: string, archive: Uint8Array, version: string): FetchedChart {
    loadChartArchive(archive, { path: fileName, ...this.#loadOptions() });
    return { fileName, version, archive };
  }

  async #versions(name: string, repository: string): Promise<readonly ChartVersion[]> {
    const key = `${name} ${repository}`;
    const reading = this.#indexes.get(key) ?? this.#readIndex(name, repository);
    this.#indexes.set(key, reading);
    const versions = (await reading).get(name);
    if (versions === undefined) throw new DependencyError(`${name} chart not found in repo ${repository}`);
    return versions;
  }

  async #readIndex(name: string, repository: string): Promise<RepositoryIndex> {
    const url = resolveReference(repository, "index.yaml");
    const { notify } = this.#context;
    return readRepositoryIndex(await this.#get(url), { charts: new Set([name]), source: url, notify });
  }

  async #get(url: string): Promise<Uint8Array> {
    const { fetch } = this.#context.sources;
    if (fetch === undefined) throw unreachable(url, "repositories");
    return fetch(url);
  }

  #loadOptions(): { readonly limits?: ChartLimits } {
    const { limits } = this.#context;
    return limits === undefined ? {} : { limits };
  }
}

const ALIAS_HINT = `
Note that repositories must be URLs or aliases. For example, to refer to the "example"
repository, use "https://charts.example.com/" or "@example" instead of
"example". Don't forget to add the repo, too ('helm repo add').`;

function unknownRepository(repository: string, hint: string): DependencyError {
  return new DependencyError(
    `no repository definition for ${repository}. Please add them via 'helm repo add'${hint}`,
  );
}

function unreachable(url: string, what: string): DependencyError {
  return new DependencyError(`cannot fetch ${url}: nothing here reads ${what}`);
}

function isIn(range: string, version: string): boolean {
  const parsed = tryParseSemver(version);
  return parsed !== undefined && parseConstraint(range).check(parsed);
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [tryParseSemver(left), tryParseSemver(right)];
  return a === undefined || b === undefined ? left === right : compareSemver(a, b) === 0;
}

/** What may be the name of a file below `charts/`; URLs, names and locked versions hold anything. */
const FILE_NAME = /^\w[\w.+-]*\.tgz$/;

function usualName(name: string, version: string): string {
  const fileName = `${name.slice(name.lastIndexOf("/") + 1)}-${version}.tgz`;
  if (FILE_NAME.test(fileName)) return fileName;
  throw new DependencyError(`${quoteGo(fileName)} cannot be the name of an archive`);
}

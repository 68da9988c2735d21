import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "@weir/core";
import { emitYaml, loadYamlDocuments, YamlError } from "@weir/yaml";
import { isObject } from "../json-difference.ts";

/** Where charts are fetched from instead. */
export interface ChartHosts {
  /** `host:port` of a registry. */
  readonly registry: string;
  /** Base URL of repositories over HTTP. */
  readonly repositories: string;
}

/** A chart that a repository asks for. */
export interface WantedChart {
  /** `registry` charts are pushed below a path of the registry, `repository` charts are files of a server. */
  readonly kind: "registry" | "repository";
  /** The host and the path that its URL had. */
  readonly path: string;
  /** Of a repository over HTTP the name that the release asks for. */
  readonly name: string;
  readonly version: string;
}

/** A repository that was written for Flux, as it is synced here. */
export interface RepositoryTree {
  readonly files: Readonly<Record<string, string>>;
  readonly charts: readonly WantedChart[];
  /** Every object that lies in it, kustomizations of kustomize aside. */
  readonly objects: readonly JsonObject[];
}

const STAND_IN = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: stand-in\n";
/** Satisfies every range that asks for a stable version. */
const ANY_VERSION = "99.1.0";
const IN_MAJOR = /^(\d+)(\.x)*$/;

/**
 * Reads the files of a repository for a cluster without its foreign controllers: charts come from other hosts, unverified, and
 * health checks that nobody answers are left out.
 */
export function readRepositoryTree(folder: string, hosts: ChartHosts): RepositoryTree {
  const files: Record<string, string> = {};
  const charts = new Map<string, WantedChart>();
  const objects: JsonObject[] = [];
  for (const path of filesBelow(folder, "")) {
    const text = readFileSync(join(folder, path), "utf8");
    files[path] = path.endsWith(".yaml") ? rewritten(text, { hosts, charts, objects }) : text;
  }
  for (const path of absentFolders(files, objects)) files[`${path}/config.yaml`] = STAND_IN;
  return { files, charts: [...charts.values()], objects };
}

/** Folders that Kustomizations name and that the recorded data leaves out. */
function absentFolders(
  files: Readonly<Record<string, string>>,
  objects: readonly JsonObject[],
): readonly string[] {
  const present = Object.keys(files);
  return objects
    .filter((object) => groupAndKind(object) === "kustomize.toolkit.fluxcd.io/Kustomization")
    .map(({ spec }) => String(objectAt(spec)["path"] ?? "").replace(/^\.\//, ""))
    .filter((path) => path !== "" && !present.some((file) => file.startsWith(`${path}/`)));
}

function filesBelow(folder: string, below: string): readonly string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, path) : [path];
  });
}

interface Rewriting {
  readonly hosts: ChartHosts;
  readonly charts: Map<string, WantedChart>;
  readonly objects: JsonObject[];
}

/** Files in which nothing changes stay as they are, byte for byte. */
function rewritten(text: string, rewriting: Rewriting): string {
  const documents = readDocuments(text);
  for (const document of documents) {
    if (document["metadata"] !== undefined) rewriting.objects.push(document);
  }
  const changed = documents.map((document) => rewriteObject(document, rewriting));
  return changed.every((document, index) => document === documents[index])
    ? text
    : changed.map((document) => `---\n${emitYaml(document)}`).join("");
}

/** Nothing, where a file is YAML by its name only: a template, say. */
function readDocuments(text: string): readonly JsonObject[] {
  try {
    return loadYamlDocuments(text).filter(isObject);
  } catch (error) {
    if (error instanceof YamlError) return [];
    throw error;
  }
}

function rewriteObject(object: JsonObject, rewriting: Rewriting): JsonObject {
  const { spec } = object;
  if (!isObject(spec)) return object;
  switch (groupAndKind(object)) {
    case "source.toolkit.fluxcd.io/OCIRepository":
      return { ...object, spec: rewriteRegistry(spec, rewriting) };
    case "source.toolkit.fluxcd.io/HelmRepository":
      return { ...object, spec: rewriteRepository(spec, rewriting) };
    case "kustomize.toolkit.fluxcd.io/Kustomization": {
      const { healthChecks: _checks, healthCheckExprs: _expressions, ...rest } = spec;
      return { ...object, spec: rest };
    }
    default:
      return object;
  }
}

function groupAndKind({ apiVersion, kind }: JsonObject): string {
  return `${String(apiVersion).split("/")[0]}/${String(kind)}`;
}

function rewriteRegistry(spec: JsonObject, { hosts, charts }: Rewriting): JsonObject {
  const { verify: _verify, ...rest } = spec;
  const path = String(spec["url"]).replace(/^oci:\/\//, "");
  const { tag, semver } = (spec["ref"] ?? {}) as { readonly tag?: string; readonly semver?: string };
  const version = tag ?? versionIn(semver);
  const chart: WantedChart = { kind: "registry", path, name: path.split("/").at(-1) ?? "", version };
  charts.set(`${path}:${version}`, chart);
  return {
    ...rest,
    url: `oci://${hosts.registry}/${path}`,
    ref: tag === undefined ? { semver: semver ?? "*" } : { tag },
  };
}

function versionIn(range = "*"): string {
  const major = IN_MAJOR.exec(range)?.[1];
  return major === undefined ? ANY_VERSION : `${major}.1.0`;
}

function rewriteRepository(spec: JsonObject, { hosts, charts }: Rewriting): JsonObject {
  const path = String(spec["url"])
    .replace(/^https?:\/\//, "")
    .replace(/\/$/, "");
  const name = path.split("/").at(-1) ?? "";
  charts.set(path, { kind: "repository", path, name, version: ANY_VERSION });
  return { ...spec, url: `${hosts.repositories}/${path}` };
}

/** The value as an object, where it is one. */
export function objectAt(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

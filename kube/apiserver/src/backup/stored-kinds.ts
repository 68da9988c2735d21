import type { JsonObject, JsonValue } from "@weir/core";
import { BuiltinServedResource } from "../resources/builtin-resource.ts";
import { builtinResources } from "@weir/builtin";
import { apiVersionOf, type Resource } from "../resources/resource.ts";

/** A kind as its objects lie in the store. */
export interface StoredKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  readonly isCustom: boolean;
  /** `/apps/deployments/`. */
  readonly prefix: string;
  /** Versions in which an object may be written. */
  readonly apiVersions: readonly string[];
  /** The built-in kind in one of them. */
  readonly resource: (apiVersion: string) => Resource | undefined;
}

/** The kinds that a store may hold: the built-in ones and those of its CRDs. */
export class StoredKinds {
  readonly #byPrefix = new Map<string, StoredKind>();
  readonly #byName = new Map<string, StoredKind>();

  constructor() {
    const rows = builtinResources().filter((row) => row.verbs.includes("list"));
    const resources = rows.map((row) => new BuiltinServedResource(row));
    for (const [prefix, versions] of Map.groupBy(resources, (each) => each.storagePrefix)) {
      const stored = versions.find((each) => apiVersionOf(each) === each.storageVersion) ?? versions[0];
      if (stored === undefined) continue;
      // The stored version first: what is exported is written in it.
      const apiVersions = new Set([stored.storageVersion, ...versions.map(apiVersionOf)]);
      const kind = {
        group: stored.group,
        kind: stored.kind,
        plural: stored.plural,
        isNamespaced: stored.isNamespaced,
        isCustom: false,
        prefix,
        apiVersions: [...apiVersions],
        resource: (apiVersion: string) => versions.find((each) => apiVersionOf(each) === apiVersion),
      };
      this.#add(kind);
    }
  }

  /** Adds what a CRD declares; what is no CRD adds nothing. */
  addDefinition(definition: JsonObject): void {
    const spec = fieldOf(definition, "spec");
    const names = fieldOf(spec, "names");
    const group = textOf(spec, "group");
    const plural = textOf(names, "plural");
    const kind = textOf(names, "kind");
    const versions = Array.isArray(spec?.["versions"]) ? (spec["versions"] as readonly JsonValue[]) : [];
    if (group === undefined || plural === undefined || kind === undefined) return;
    this.#add({
      group,
      kind,
      plural,
      isNamespaced: spec?.["scope"] === "Namespaced",
      isCustom: true,
      prefix: `/${group}/${plural}/`,
      apiVersions: versions.map((version) => `${group}/${textOf(asObject(version), "name") ?? ""}`),
      resource: () => undefined,
    });
  }

  byKey(key: string): StoredKind | undefined {
    return this.#byPrefix.get(key.slice(0, key.indexOf("/", key.indexOf("/", 1) + 1) + 1));
  }

  byName(apiVersion: string, kind: string): StoredKind | undefined {
    return this.#byName.get(`${apiVersion}/${kind}`);
  }

  #add(kind: StoredKind): void {
    this.#byPrefix.set(kind.prefix, kind);
    for (const apiVersion of kind.apiVersions) this.#byName.set(`${apiVersion}/${kind.kind}`, kind);
  }
}

export const DEFINITIONS = "/apiextensions.k8s.io/customresourcedefinitions/";

export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function fieldOf(object: JsonObject | undefined, name: string): JsonObject | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? asObject(object[name]) : undefined;
}

export function textOf(object: JsonObject | undefined, name: string): string | undefined {
  const value = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

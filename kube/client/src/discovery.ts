import type { JsonObject, JsonValue } from "@weir/core";
import type { ApiCaller } from "./api-caller.ts";
import { isApiError, isObject } from "./api-error.ts";
import type { ResolvedKind } from "./client.ts";

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/** What the server serves, read at first use and again on a miss; one reading at a time, shared by who asks meanwhile. */
export class Discovery {
  readonly #caller: ApiCaller;
  #loading: Promise<Catalog> | undefined;
  #catalog: Catalog | undefined;

  constructor(caller: ApiCaller) {
    this.#caller = caller;
  }

  /** A kind by group, version and kind; an empty version means the preferred one. */
  async resolve(group: string, version: string, kind: string): Promise<ResolvedKind | undefined> {
    const before = this.#catalog;
    const found = before?.find(group, version, kind);
    if (found !== undefined) return found;
    return (await this.#load()).find(group, version, kind);
  }

  /** Forgets what was read, because the server no longer serves what it said. */
  forget(): void {
    this.#catalog = undefined;
  }

  /** All kinds in the server's order. */
  async all(refresh: boolean): Promise<readonly ResolvedKind[]> {
    if (!refresh && this.#catalog !== undefined) return this.#catalog.kinds;
    return (await this.#load()).kinds;
  }

  #load(): Promise<Catalog> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #read(): Promise<Catalog> {
    const [core, groups] = await Promise.all([this.#root("/api"), this.#root("/apis")]);
    const kinds = [...(await this.#kindsOf("/api", core)), ...(await this.#kindsOf("/apis", groups))];
    this.#catalog = new Catalog(kinds);
    return this.#catalog;
  }

  async #root(path: string): Promise<JsonObject> {
    try {
      const answer = await this.#caller.json({ method: "GET", path, accept: AGGREGATED });
      return isObject(answer) ? answer : {};
    } catch (error) {
      // A server may lack one of the two roots (an aggregated API alone has no /api).
      if (isApiError(error, "NotFound")) return {};
      throw error;
    }
  }

  async #kindsOf(root: string, answer: JsonObject): Promise<readonly ResolvedKind[]> {
    if (answer["kind"] === "APIGroupDiscoveryList") return aggregatedKinds(answer);
    const groupVersions =
      root === "/api" ? textList(answer["versions"]) : objectList(answer["groups"]).flatMap(groupVersionsOf);
    const lists = await Promise.all(
      groupVersions.map(async (groupVersion) => {
        try {
          return legacyKinds(
            groupVersion,
            await this.#caller.json({ method: "GET", path: `${root}/${groupVersion}` }),
          );
        } catch (error) {
          // One aggregated API that is down must not hide all the others.
          if (isApiError(error)) return [];
          throw error;
        }
      }),
    );
    return lists.flat();
  }
}

class Catalog {
  readonly kinds: readonly ResolvedKind[];
  readonly #byKey = new Map<string, ResolvedKind>();

  constructor(kinds: readonly ResolvedKind[]) {
    this.kinds = kinds;
    for (const kind of kinds) {
      // The server lists a group's versions by preference, so the first one stands for the empty version.
      for (const version of [kind.version, ""]) {
        const key = keyOf(kind.group, version, kind.kind);
        if (!this.#byKey.has(key)) this.#byKey.set(key, kind);
      }
    }
  }

  find(group: string, version: string, kind: string): ResolvedKind | undefined {
    return this.#byKey.get(keyOf(group, version, kind));
  }
}

function keyOf(group: string, version: string, kind: string): string {
  return `${group}/${version}/${kind}`;
}

function aggregatedKinds(answer: JsonObject): readonly ResolvedKind[] {
  const kinds: ResolvedKind[] = [];
  for (const item of objectList(answer["items"])) {
    const metadata = isObject(item["metadata"]) ? item["metadata"] : {};
    const group = text(metadata["name"]);
    for (const versioned of objectList(item["versions"])) {
      const version = text(versioned["version"]);
      for (const resource of objectList(versioned["resources"])) {
        const responseKind = isObject(resource["responseKind"]) ? resource["responseKind"] : {};
        kinds.push({
          group,
          version,
          kind: text(responseKind["kind"]),
          plural: text(resource["resource"]),
          scope: resource["scope"] === "Cluster" ? "Cluster" : "Namespaced",
          verbs: textList(resource["verbs"]),
          subresources: objectList(resource["subresources"]).map((entry) => text(entry["subresource"])),
        });
      }
    }
  }
  return kinds;
}

function groupVersionsOf(group: JsonObject): readonly string[] {
  const preferred = isObject(group["preferredVersion"])
    ? text(group["preferredVersion"]["groupVersion"])
    : "";
  const all = objectList(group["versions"]).map((version) => text(version["groupVersion"]));
  return preferred === "" ? all : [preferred, ...all.filter((version) => version !== preferred)];
}

function legacyKinds(groupVersion: string, answer: JsonValue): readonly ResolvedKind[] {
  const slash = groupVersion.indexOf("/");
  const group = slash === -1 ? "" : groupVersion.slice(0, slash);
  const version = groupVersion.slice(slash + 1);
  const resources = isObject(answer) ? objectList(answer["resources"]) : [];
  const subresources = new Map<string, string[]>();
  for (const name of resources.map((resource) => text(resource["name"]))) {
    const [parent = "", ...rest] = name.split("/");
    if (rest.length === 0) continue;
    const known = subresources.get(parent) ?? [];
    known.push(rest.join("/"));
    subresources.set(parent, known);
  }
  return resources
    .filter((resource) => !text(resource["name"]).includes("/"))
    .map((resource) => ({
      group,
      version,
      kind: text(resource["kind"]),
      plural: text(resource["name"]),
      scope: resource["namespaced"] === true ? ("Namespaced" as const) : ("Cluster" as const),
      verbs: textList(resource["verbs"]),
      subresources: subresources.get(text(resource["name"])) ?? [],
    }));
}

function objectList(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textList(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

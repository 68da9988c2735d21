import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import type { ApiRequest, ApiResponse } from "../http/api-request.ts";
import { checkRouted, negotiate, OBJECT_TYPES } from "../http/negotiate.ts";
import { methodNotAllowedError, noSuchResourceError, notFoundPage, respondText } from "../http/respond.ts";
import type { Registry } from "../resources/registry.ts";
import { wantsPretty } from "../verbs/respond-object.ts";
import { aggregatedDiscovery, etagOf } from "./aggregated.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./legacy.ts";

const AGGREGATED =
  /application\/json[^,]*;\s*(?:g=apidiscovery\.k8s\.io;\s*v=v2;\s*as=APIGroupDiscoveryList|as=APIGroupDiscoveryList;\s*v=v2;\s*g=apidiscovery\.k8s\.io)/;
const AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Answers `/api`, `/apis` and what lies between them and the resources; `undefined` for other paths. */
export function discoveryPath(
  registry: Registry,
  request: ApiRequest,
  path: string,
): ApiResponse | undefined {
  const trimmed = withoutSlashes(path);
  // Before the list of groups is no router that would take slashes away.
  if (trimmed === "/apis" && path.length > "/apis/".length) return notFoundPage();
  const parts = trimmed.split("/").slice(1);
  const [prefix, group, version, ...more] = parts;
  if (more.length > 0 || (prefix !== "api" && prefix !== "apis")) return undefined;
  if (group === undefined) return root(registry, request, prefix === "api");
  if (prefix === "api") return version === undefined ? core(registry, request, group) : undefined;
  return ofGroup(registry, request, { group, version });
}

function ofGroup(
  registry: Registry,
  request: ApiRequest,
  { group, version }: { readonly group: string; readonly version: string | undefined },
): ApiResponse {
  const known = registry.groups.find(({ name }) => name === group && name !== "");
  if (known === undefined) return notFoundPage();
  if (version === undefined) return answer(request, apiGroup(known));
  if (known.versions.includes(version)) {
    if (registry.hasBuiltinGroup(group)) checkRoute(request);
    return answer(request, apiResourceList(`${group}/${version}`, registry.resources(group, version)));
  }
  if (registry.hasBuiltinGroup(group)) throw noSuchResourceError();
  return notFoundPage();
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

function core(registry: Registry, request: ApiRequest, version: string): ApiResponse {
  if (version !== "v1") throw noSuchResourceError();
  checkRoute(request);
  return answer(request, apiResourceList("v1", registry.resources("", "v1")));
}

/** Lists of resources are read, as one of the types that the router knows. */
function checkRoute(request: ApiRequest): void {
  if (request.method !== "GET") throw methodNotAllowedError();
  checkRouted(request.header("accept"), OBJECT_TYPES);
}

function root(registry: Registry, request: ApiRequest, isCore: boolean): ApiResponse {
  if (isCore && request.method !== "GET") throw methodNotAllowedError();
  if (AGGREGATED.test(request.header("accept") ?? "")) {
    const text = writeJson(aggregatedDiscovery(registry, isCore));
    const etag = etagOf(text);
    if (request.header("if-none-match") === etag) {
      return {
        status: 304,
        headers: [
          ["Cache-Control", "public"],
          ["Etag", etag],
          ["Vary", "Accept"],
        ],
        body: "",
      };
    }
    return {
      status: 200,
      headers: [
        ["Cache-Control", "public"],
        ["Content-Type", AGGREGATED_TYPE],
        ["Etag", etag],
        ["Vary", "Accept"],
      ],
      body: text,
    };
  }
  const document = isCore ? apiVersions(request.header("host") ?? "localhost") : apiGroupList(registry);
  return answer(request, document, [["Vary", "Accept"]]);
}

function answer(
  request: ApiRequest,
  document: JsonObject,
  headers: ApiResponse["headers"] = [],
): ApiResponse {
  const how = negotiate(request.header("accept"), { views: [], isPretty: wantsPretty(request) });
  return respondText(writeJson(document as JsonValue), how, { headers });
}

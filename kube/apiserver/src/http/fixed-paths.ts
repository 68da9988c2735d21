import { openApiPaths } from "@weir/builtin";
import type { ApiRequest, ApiResponse } from "./api-request.ts";
import type { Registry } from "../resources/registry.ts";
import { wantsPretty } from "../verbs/respond-object.ts";
import { checkRouted, negotiate } from "./negotiate.ts";
import { methodNotAllowedError, noSuchResourceError, respond, respondPlain } from "./respond.ts";

/** The version that clients are told: the one whose behaviour this server has. */
const VERSION = {
  major: "1",
  minor: "36",
  emulationMajor: "1",
  emulationMinor: "36",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion: "v1.36.3",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "gc",
  platform: "linux/amd64",
};

/** Checks that a verbose health answer names. */
const checks: Readonly<Record<string, readonly string[]>> = {
  healthz: ["ping", "log", "etcd"],
  livez: ["ping", "log", "etcd"],
  readyz: ["ping", "log", "etcd", "etcd-readiness", "informer-sync", "shutdown"],
};

/** Answers paths that belong to no resource, without their percent-encoding: version, health, the root; `undefined` for other paths. */
export function fixedPath(registry: Registry, request: ApiRequest, decoded: string): ApiResponse | undefined {
  const path = decoded.length > 1 ? decoded.replace(/\/$/, "") : decoded;
  // Its router takes slashes away, and knows nothing else.
  if (/^\/version\/+[^/]/.test(path)) throw noSuchResourceError();
  if (/^\/version\/*$/.test(path)) {
    if (request.method !== "GET") throw methodNotAllowedError();
    checkRouted(request.header("accept"), ["application/json"]);
    return respond(VERSION, negotiate(undefined, { views: [], isPretty: wantsPretty(request) }));
  }
  if (path === "/" || path === "/index.html") return answer(request, { paths: rootPaths(registry) });
  if (path === "/metrics") return { status: 200, headers: metricsHeaders, body: metricsText };
  return health(decoded, request.query);
}

const metricsHeaders: ApiResponse["headers"] = [
  ["Cache-Control", "no-cache, private"],
  ["Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"],
];

const metricsText = "# HELP apiserver_up The server answers.\n# TYPE apiserver_up gauge\napiserver_up 1\n";

function answer(request: ApiRequest, value: unknown): ApiResponse {
  return respond(value, negotiate(request.header("accept"), { views: [], isPretty: wantsPretty(request) }));
}

/** A single check has no header against sniffing. */
const checkPassed: ApiResponse = {
  status: 200,
  headers: [
    ["Cache-Control", "no-cache, private"],
    ["Content-Type", "text/plain; charset=utf-8"],
  ],
  body: "ok",
};

function health(path: string, query: URLSearchParams): ApiResponse | undefined {
  const [, endpoint = "", check, ...more] = path.split("/");
  const names = Object.hasOwn(checks, endpoint) ? checks[endpoint] : undefined;
  if (names === undefined || more.length > 0) return undefined;
  if (check !== undefined) return names.includes(check) ? checkPassed : undefined;
  if (!query.has("verbose")) return respondPlain(200, "ok");
  const excluded = new Set(query.getAll("exclude"));
  const lines = names.map((name) => `[+]${name} ${excluded.has(name) ? "excluded: " : ""}ok\n`);
  const unknown = [...excluded].filter((name) => !names.includes(name));
  const warning =
    unknown.length === 0
      ? ""
      : `warn: some health checks cannot be excluded: no matches for ${unknown.map((name) => JSON.stringify(name)).join(", ")}\n`;
  return respondPlain(200, `${lines.join("")}${warning}${endpoint} check passed\n`);
}

function rootPaths(registry: Registry): readonly string[] {
  const apis = registry.groups.flatMap(({ name, versions }) =>
    name === "" ? [] : [`/apis/${name}`, ...versions.map((version) => `/apis/${name}/${version}`)],
  );
  const openApi = openApiPaths().length > 0 ? ["/openapi/v2", "/openapi/v3", "/openapi/v3/"] : [];
  const health = Object.entries(checks).flatMap(([endpoint, names]) => [
    `/${endpoint}`,
    ...names.map((name) => `/${endpoint}/${name}`),
  ]);
  const fixed = [
    "/.well-known/openid-configuration",
    "/api",
    "/api/v1",
    "/apis",
    "/apis/",
    "/metrics",
    "/openid/v1/jwks",
    "/version",
  ];
  return [...fixed, ...apis, ...openApi, ...health].sort();
}

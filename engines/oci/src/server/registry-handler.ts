import { type Clock, systemClock } from "@weir/core";
import { answerBlob } from "./blob-routes.ts";
import { answerCatalog, answerTags } from "./list-routes.ts";
import { answerManifest, answerReferrers } from "./manifest-routes.ts";
import { RegistryAuth, type RegistryAuthOptions, type WantedAccess } from "./registry-auth.ts";
import { jsonAnswer, refusal } from "./registry-response.ts";
import { createMemoryRegistryStore, type RegistryStore } from "./registry-store.ts";
import { readRoute, type RegistryRoute } from "./route.ts";
import { UploadSessions } from "./upload-sessions.ts";

/** How a registry is made. */
export interface RegistryHandlerOptions {
  /** In memory by default. */
  readonly store?: RegistryStore;
  /** Lets everybody in by default. */
  readonly auth?: RegistryAuthOptions;
  readonly clock?: Clock;
  /** Longest blob; 512 MiB by default. */
  readonly maxBlobBytes?: number;
  /** Only pulling is answered. */
  readonly isReadOnly?: boolean;
}

const MAX_SESSIONS = 256;
const SESSION_TTL_MS = 3_600_000;

/**
 * A registry as a fetch handler: the distribution API that docker, helm, flux and oras speak. Pushes by one request, by
 * upload and by pieces, mounts, ranges, tags by pages, referrers, deletion; errors are the specification's JSON.
 */
export function createRegistryHandler(
  options: RegistryHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { clock = systemClock, store = createMemoryRegistryStore(), isReadOnly = false } = options;
  const auth = options.auth === undefined ? undefined : new RegistryAuth(options.auth, clock);
  const uploads = new UploadSessions(store, clock, {
    maxBlobBytes: options.maxBlobBytes ?? 512 * 1024 * 1024,
    maxSessions: MAX_SESSIONS,
    sessionTtlMs: SESSION_TTL_MS,
  });
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/token" && auth !== undefined) return auth.answerToken(request);
    const route = readRoute(pathname);
    if (route.kind === "unknown") return new Response("404 page not found\n", { status: 404 });
    if (route.kind === "bad-name") return refusal("NAME_INVALID");
    const wanted = wantedOf(route, request.method);
    const refused = auth?.check(request, wanted);
    if (refused !== undefined) return withVersion(refused);
    if (isReadOnly && wanted !== undefined && wanted.action !== "pull")
      return withVersion(refusal("UNSUPPORTED"));
    const mayPull = (repository: string): boolean => auth === undefined || auth.mayPull(request, repository);
    return withVersion(await answerRoute(route, request, { store, uploads, mayPull }));
  };
}

/** What docker knows a registry by. */
function withVersion(response: Response): Response {
  response.headers.set("docker-distribution-api-version", "registry/2.0");
  return response;
}

function wantedOf(route: RegistryRoute, method: string): WantedAccess | undefined {
  if (!("repository" in route)) return undefined;
  const { repository } = route;
  if (route.kind === "uploads" || route.kind === "upload") return { repository, action: "push" };
  if (method === "GET" || method === "HEAD") return { repository, action: "pull" };
  return { repository, action: method === "DELETE" ? "delete" : "push" };
}

interface RouteDeps {
  readonly store: RegistryStore;
  readonly uploads: UploadSessions;
  readonly mayPull: (repository: string) => boolean;
}

async function answerRoute(
  route: Exclude<RegistryRoute, { readonly kind: "unknown" | "bad-name" }>,
  request: Request,
  { store, uploads, mayPull }: RouteDeps,
): Promise<Response> {
  switch (route.kind) {
    case "ping":
      return jsonAnswer({});
    case "catalog":
      return answerCatalog(store, request);
    case "manifest":
      return answerManifest(store, request, route);
    case "blob":
      return answerBlob(store, request, route);
    case "uploads":
      return uploads.begin(request, route.repository, mayPull);
    case "upload":
      return uploads.proceed(request, route.repository, route.session);
    case "tags":
      return answerTags(store, request, route.repository);
    case "referrers":
      return answerReferrers(store, request, route);
  }
}

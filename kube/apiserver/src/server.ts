import { type Clock, type Logger, type Random, silentLogger, systemClock, systemRandom } from "@weir/core";
import { NamespaceLifecycle } from "./admission/admission.ts";
import { administrator } from "./auth/user-info.ts";
import { discoveryPath } from "./discovery/discovery-paths.ts";
import type { ApiRequest, ApiResponse } from "./http/api-request.ts";
import { dispatch } from "./http/dispatch.ts";
import { fromFetch, toFetch } from "./http/fetch-adapter.ts";
import { fixedPath } from "./http/fixed-paths.ts";
import { parseRequestInfo, type ResourceRequestInfo } from "./http/request-info.ts";
import { noSuchResourceError, notFoundPage, respondError, respondStatus } from "./http/respond.ts";
import { StatusError } from "@weir/objects";
import type { Api, Call } from "./resources/call.ts";
import { ObjectStore } from "./resources/object-store.ts";
import { Registry } from "./resources/registry.ts";
import type { Storage } from "./storage/storage.ts";
import type { UserInfo } from "./auth/user-info.ts";

/** What an API server is made of. */
export interface ApiServerOptions {
  readonly storage: Storage;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
}

/** A Kubernetes API as a function of requests. */
export interface ApiServer extends AsyncDisposable {
  /** Answers a fetch Request; never rejects. */
  fetch(request: Request): Promise<Response>;
  /** The same for callers that have no fetch Request at hand, such as an HTTP listener. */
  handle(request: ApiRequest): Promise<ApiResponse>;
}

/** Builds a server over a storage, which it does not close. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const server = new Server(options);
  await server.start();
  return server;
}

class Server implements ApiServer {
  readonly #api: Api;

  constructor(options: ApiServerOptions) {
    const store = new ObjectStore(options.storage);
    const registry = new Registry();
    this.#api = {
      store,
      registry,
      admission: new NamespaceLifecycle(store, registry),
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      logger: options.logger ?? silentLogger,
    };
  }

  async start(): Promise<void> {}

  async fetch(request: Request): Promise<Response> {
    return toFetch(await this.handle(fromFetch(request)));
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const warnings: string[] = [];
    try {
      return await this.#route(request, administrator, warnings);
    } catch (error) {
      if (error instanceof StatusError) return respondStatus(error.status, { warnings });
      return respondError(error, this.#api.logger, { warnings });
    }
  }

  async #route(request: ApiRequest, user: UserInfo, warnings: string[]): Promise<ApiResponse> {
    if (request.path.startsWith("//")) return notFoundPage();
    const info = parseRequestInfo(request.method, request.path, request.query);
    if (info.kind === "resource") return dispatch(this.#call(request, { info, user, warnings }));
    const answer = fixedPath(this.#api.registry, request) ?? discoveryPath(this.#api.registry, request);
    return answer ?? notFoundPage();
  }

  #call(
    request: ApiRequest,
    about: { readonly info: ResourceRequestInfo; readonly user: UserInfo; readonly warnings: string[] },
  ): Call {
    const { info } = about;
    const resource = this.#api.registry.find(info.group, info.version, info.resource);
    if (resource === undefined) throw noSuchResourceError();
    if (resource.deprecation !== undefined) about.warnings.push(resource.deprecation);
    return { api: this.#api, request, resource, strategy: resource.strategy, ...about };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

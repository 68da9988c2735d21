import type { Clock, JsonObject } from "@weir/core";
import type { FaultPlan } from "./faults/fault.ts";
import { createFaultInjector, type FaultInjector } from "./faults/fault-injector.ts";
import type { ApiRequest, ApiResponse } from "./http/api-request.ts";
import { fromFetch, toFetch } from "./http/fetch-adapter.ts";
import type { ExpressionWarning } from "./policies/type-checking.ts";
import type { ApiServer, HandleOptions } from "./server.ts";
import type { Storage } from "./storage/storage.ts";

/** A server from its start to its end, which it has only once. */
export interface ServerLife extends AsyncDisposable {
  handle(request: ApiRequest, options?: HandleOptions): Promise<ApiResponse>;
  policyWarnings(spec: JsonObject): readonly ExpressionWarning[];
}

/** What lives of a server are made of, and what goes wrong with their requests. */
export interface RestartableOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly faults: FaultPlan | undefined;
  readonly begin: () => Promise<ServerLife>;
}

/** A server that can end and begin anew over the same storage. */
export class RestartableServer implements ApiServer {
  readonly #options: RestartableOptions;
  readonly #injector: FaultInjector | undefined;
  #life: ServerLife;

  private constructor(options: RestartableOptions, life: ServerLife) {
    this.#options = options;
    this.#life = life;
    const { faults, clock } = options;
    this.#injector = faults === undefined ? undefined : createFaultInjector(faults, clock, this);
  }

  static async start(options: RestartableOptions): Promise<RestartableServer> {
    return new RestartableServer(options, await options.begin());
  }

  async fetch(request: Request): Promise<Response> {
    return toFetch(await this.handle(fromFetch(request), { isTrusted: true }));
  }

  handle(request: ApiRequest, options?: HandleOptions): Promise<ApiResponse> {
    if (this.#injector === undefined) return this.#life.handle(request, options);
    return this.#injector(request, (asked) => this.#life.handle(asked, options));
  }

  policyWarnings(spec: JsonObject): readonly ExpressionWarning[] {
    return this.#life.policyWarnings(spec);
  }

  revision(): Promise<number> {
    return this.#options.storage.revision();
  }

  async compact(): Promise<void> {
    await this.#options.storage.compact(await this.revision());
  }

  async restart(): Promise<void> {
    const before = this.#life;
    this.#life = await this.#options.begin();
    await before[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#life[Symbol.asyncDispose]();
  }
}

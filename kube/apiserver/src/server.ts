import {
  type Clock,
  type JsonObject,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from "@weir/core";
import { createAdmission, type RunningAdmission } from "./admission/create-admission.ts";
import { type AuditOptions, Auditor, type AuditRecord } from "./audit/audit-record.ts";
import { Access } from "./auth/access.ts";
import { type AuthOptions, Authenticator } from "./auth/authenticate.ts";
import { identityPath } from "./auth/identity-paths.ts";
import { OpenApiPaths } from "./openapi/openapi-paths.ts";
import { RbacAuthorizer } from "./auth/rbac.ts";
import { ServiceAccountTokens } from "./auth/service-account-tokens.ts";
import { CrdLoop } from "./crd/crd-loop.ts";
import type { FaultPlan } from "./faults/fault.ts";
import { type FlowOptions, FlowControl, tooManyRequests } from "./flow/flow-control.ts";
import { OverloadedError } from "./flow/overloaded-error.ts";
import { discoveryPath } from "./discovery/discovery-paths.ts";
import type { ApiRequest, ApiResponse } from "./http/api-request.ts";
import { dispatch } from "./http/dispatch.ts";
import { NoSuchPageError } from "./http/no-such-page.ts";
import { fixedPath } from "./http/fixed-paths.ts";
import { decodePath, parseRequestInfo } from "./http/request-info.ts";
import {
  noSuchResourceError,
  badRequestPage,
  cutPathPage,
  notFoundPage,
  respondError,
  respondStatus,
} from "./http/respond.ts";
import { StatusError } from "@weir/objects";
import { type ExpressionWarning, policyWarnings } from "./policies/type-checking.ts";
import type { Api, Call } from "./resources/call.ts";
import { createBootstrapObjects } from "./resources/bootstrap-objects.ts";
import { ObjectStore } from "./resources/object-store.ts";
import { RestartableServer, type ServerLife } from "./restartable-server.ts";
import { Registry } from "./resources/registry.ts";
import type { Resource } from "./resources/resource.ts";
import { ServiceAllocator } from "./services/service-allocator.ts";
import { parseServiceRange } from "./services/service-range.ts";
import type { Storage } from "./storage/storage.ts";
import { Changes } from "./watch/change.ts";
import type { CallWebhook } from "./webhooks/call-webhook.ts";

/** What an API server is made of. */
export interface ApiServerOptions {
  readonly storage: Storage;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Who is who, and whether RBAC is enforced; an in-process caller is the administrator by default. */
  readonly auth?: AuthOptions;
  /** Asks admission and conversion webhooks; without it nobody is asked, and their configurations are only stored. */
  readonly callWebhook?: CallWebhook;
  /** What goes wrong with requests, for tests of clients; nothing by default. */
  readonly faults?: FaultPlan;
  /**
   * Whether Pods need a service account that is there, and get its token and its pull secrets: where somebody gives namespaces their
   * default one. False by default.
   */
  readonly needsServiceAccounts?: boolean;
  /** The IPv4 network of Services' cluster addresses; 10.0.0.0/24 by default, as kube-apiserver. */
  readonly serviceRange?: string;
  /** What is recorded of requests, and where; nothing by default. */
  readonly audit?: AuditOptions;
  /** How much is done at a time, and how many bytes are in flight. */
  readonly flow?: FlowOptions;
}

/** A Kubernetes API as a function of requests. */
export interface ApiServer extends AsyncDisposable {
  /** Answers a fetch Request; rejects only with `ConnectionDroppedError`, where a plan of faults says so. */
  fetch(request: Request): Promise<Response>;
  /** The same for callers that have no fetch Request at hand, such as an HTTP listener. */
  handle(request: ApiRequest, options?: HandleOptions): Promise<ApiResponse>;
  /** Drops what is kept of the past: who wants to read or watch from an earlier revision is told that it is gone. */
  compact(): Promise<void>;
  /**
   * Ends and begins anew over the same storage, as a process would: caches are filled again. Requests under way are answered;
   * the fault `restart` breaks them off.
   */
  restart(): Promise<void>;
  /** Where the expressions of a ValidatingAdmissionPolicy's spec do not fit the kinds that it names: what its status tells. */
  policyWarnings(spec: JsonObject): readonly ExpressionWarning[];
}

/** Where a request comes from. */
export interface HandleOptions {
  /** It comes from the same process, so that it needs no credentials; false by default. */
  readonly isTrusted?: boolean;
}

/** Builds a server over a storage, which it does not close. Rejects with `InvalidServiceRangeError`. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { storage, clock = systemClock, faults } = options;
  const begin = async (): Promise<Server> => {
    const server = new Server(options);
    await server.start();
    return server;
  };
  return RestartableServer.start({ storage, clock, faults, begin });
}

const DEFAULT_SERVICE_RANGE = "10.0.0.0/24";
/** The revision of a store in which nothing was written yet. */
const EMPTY_REVISION = 1;

/** How a request is to be answered. */
interface Asked {
  readonly isTrusted: boolean;
  readonly warnings: string[];
  readonly audit: AuditRecord | undefined;
  /** Whether it is known who asks, and that they may. */
  isAdmitted: boolean;
}

const NO_SNIFFING: ApiResponse["headers"] = [["X-Content-Type-Options", "nosniff"]];

class Server implements ServerLife {
  readonly #api: Api;
  readonly #crds: CrdLoop;
  readonly #openApi: OpenApiPaths;
  readonly #admission: RunningAdmission;
  readonly #flow: FlowControl;
  readonly #auditor: Auditor | undefined;

  constructor(options: ApiServerOptions) {
    const store = new ObjectStore(options.storage);
    const registry = new Registry();
    const range = parseServiceRange(options.serviceRange ?? DEFAULT_SERVICE_RANGE);
    const clock = options.clock ?? systemClock;
    this.#flow = new FlowControl(clock, options.flow);
    const random = options.random ?? systemRandom;
    const auth = options.auth ?? {};
    this.#auditor = options.audit === undefined ? undefined : new Auditor(options.audit, { clock, random });
    const tokens = new ServiceAccountTokens({ store, registry, clock, random });
    const rbac = new RbacAuthorizer(store, registry);
    const access = new Access({
      options: auth,
      authenticator: new Authenticator(auth, tokens),
      tokens,
      rbac,
    });
    const logger = options.logger ?? silentLogger;
    const { callWebhook } = options;
    this.#admission = createAdmission({
      store,
      registry,
      access,
      clock,
      random,
      logger,
      callWebhook,
      hasServiceAccounts: options.needsServiceAccounts === true,
      isTerminating: (group, plural) => this.#crds.isTerminating(group, plural),
    });
    this.#api = {
      store,
      registry,
      admission: this.#admission.chain,
      access,
      services: new ServiceAllocator(store, random, range),
      changes: new Changes(),
      budget: this.#flow.budget,
      clock,
      random,
      logger,
      callWebhook,
    };
    this.#crds = new CrdLoop(this.#api);
    this.#openApi = new OpenApiPaths(registry);
  }

  async start(): Promise<void> {
    const { storage } = this.#api.store;
    const isNew = (await storage.revision()) <= EMPTY_REVISION;
    await createBootstrapObjects(this.#api);
    // Nobody watched how it all began: upstream's caches do not know of it either.
    if (isNew) await storage.compact(await storage.revision());
    await this.#admission.start();
    await this.#crds.start();
  }

  handle(request: ApiRequest, { isTrusted = false }: HandleOptions = {}): Promise<ApiResponse> {
    if (this.#auditor === undefined) return this.#answerFor(request, isTrusted, undefined);
    const audit = this.#auditor.begin(request);
    return this.#answerFor(request, isTrusted, audit).then((answer) => audit.answered(answer));
  }

  async #answerFor(
    request: ApiRequest,
    isTrusted: boolean,
    audit: AuditRecord | undefined,
  ): Promise<ApiResponse> {
    const warnings: string[] = [];
    const asked: Asked = { isTrusted, warnings, audit, isAdmitted: false };
    try {
      return await this.#route(request, asked);
    } catch (error) {
      if (error instanceof NoSuchPageError) return notFoundPage();
      if (error instanceof OverloadedError) return tooManyRequests();
      if (error instanceof StatusError) {
        const accept = request.header("accept");
        if (asked.isAdmitted || error.status.code === 401)
          return respondStatus(error.status, { warnings, accept });
        // Whoever is not let in is told so before anybody looks at what is accepted.
        return respondStatus(error.status, { warnings, headers: NO_SNIFFING });
      }
      return respondError(error, this.#api.logger, { warnings });
    }
  }

  policyWarnings(spec: JsonObject): readonly ExpressionWarning[] {
    return policyWarnings(spec, this.#api.registry);
  }

  async #route(request: ApiRequest, asked: Asked): Promise<ApiResponse> {
    const { isTrusted, warnings, audit } = asked;
    const path = decodePath(request.path);
    if (path === undefined) return badRequestPage();
    const info = parseRequestInfo(request.method, path, request.query);
    if (info.kind === "cut") return cutPathPage(request.target ?? request.path);
    const { access, registry } = this.#api;
    const user = await access.admit(request, info.kind === "resource" ? info : undefined, asked);
    asked.isAdmitted = true;
    if (request.path.startsWith("//")) return notFoundPage();
    if (info.kind === "resource") {
      const call = this.#call(request, { info, user, warnings, audit });
      return call === undefined ? notFoundPage() : this.#flow.answer(call, isTrusted, dispatch);
    }
    this.#flow.checkRoom(request.path, isTrusted);
    const fixed = fixedPath(registry, request, path) ?? (await identityPath(access, request));
    const document = fixed ?? this.#openApi.answer(request, this.#api.clock.now());
    return document ?? discoveryPath(registry, request, path) ?? notFoundPage();
  }

  #call(request: ApiRequest, about: Pick<Call, "info" | "user" | "warnings" | "audit">): Call | undefined {
    const { info } = about;
    const { registry } = this.#api;
    const resource = registry.find(info.group, info.version, info.resource);
    // The core group has a prefix of its own, and no name below that of the others.
    if (info.group === "" && !info.path.startsWith("/api/")) return undefined;
    if (resource === undefined) {
      // Beyond the built-in groups, a path that no CRD serves is not even an API's.
      if (!registry.hasBuiltinGroup(info.group)) return undefined;
      throw noSuchResourceError();
    }
    if (resource.deprecation !== undefined && isServed(resource, info.subresource)) {
      about.warnings.push(resource.deprecation);
      about.audit?.annotate("k8s.io/deprecated", "true");
    }
    return { api: this.#api, request, resource, strategy: resource.strategy, emptied: [], ...about };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#admission.stop();
    await this.#crds[Symbol.asyncDispose]();
  }
}

/** Only what is served warns: a path below an object of a built-in kind may be none. */
function isServed({ isCustom, subresources }: Resource, subresource: string): boolean {
  return subresource === "" || isCustom || subresources.has(subresource);
}

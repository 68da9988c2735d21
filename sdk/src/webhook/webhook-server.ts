import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import type { KubeClient } from "@weir/client";
import { type Clock, describeError, type Logger, silentLogger } from "@weir/core";
import type { KubeObject, ObjectKey } from "@weir/objects";
import { Registry } from "../manager/prom-client-parts.ts";
import type { Controller } from "../controller/controller.ts";
import { createController } from "../controller/create-controller.ts";
import { ListenError } from "../manager/http-endpoints.ts";
import type { HealthCheck, ManagedServer } from "../manager/manager.ts";
import { type CertificateOptions, certificateSource, CertificateWatch } from "./certificate-source.ts";
import type { Webhooks } from "./create-webhooks.ts";
import { injectTrust, TRUST_KINDS, type TrustKind, type TrustTargets } from "./inject-trust.ts";
import { type WebhookHandler, webhookHandler } from "./webhook-handler.ts";
import { WebhookServerError } from "./webhook-error.ts";
import { webhookMetrics } from "./webhook-metrics.ts";

/** What a webhook server is made of. */
export interface WebhookServerOptions {
  readonly certificate: CertificateOptions;
  /** 9443 by default; 0 takes a free one. */
  readonly port?: number;
  /** All interfaces by default. */
  readonly host?: string;
  /** Where metrics are registered; best the manager's own registry. */
  readonly metrics?: Registry;
  /** Objects whose `caBundle` is kept in step with the authority. */
  readonly trusts?: TrustTargets;
}

/**
 * A server of webhooks, for a manager to run: `createManager({servers: [server], controllers: [server.controller], …})`.
 */
export interface WebhookServer extends ManagedServer {
  /** Fails until the server answers a TLS handshake: a check for readiness. */
  readonly startedCheck: HealthCheck;
  /** Writes the authority again into objects that lost it, such as configurations that were applied anew. */
  readonly controller: Controller;
  /** The port while it listens. */
  readonly port: number | undefined;
  /** PEM of what clients trust, once it has started; `undefined` where the authority is not ours to tell. */
  readonly trust: string | undefined;
  /** Reads the certificate now instead of at its time; true where it is another one. */
  reload(): Promise<boolean>;
}

const DEFAULT_PORT = 9443;

/** Makes a server of webhooks. Nothing listens before it is started. */
export function webhookServer(webhooks: Webhooks, options: WebhookServerOptions): WebhookServer {
  return new HttpsWebhooks(webhooks, options);
}

interface Running {
  readonly server: Server;
  readonly watch: CertificateWatch;
}

class HttpsWebhooks implements WebhookServer {
  readonly name = "webhooks";
  readonly controller: Controller;
  readonly #webhooks: Webhooks;
  readonly #options: WebhookServerOptions;
  readonly #metrics: Registry;
  #running: Running | undefined;
  #trust: string | undefined;

  constructor(webhooks: Webhooks, options: WebhookServerOptions) {
    this.#webhooks = webhooks;
    this.#options = options;
    this.#metrics = options.metrics ?? new Registry();
    this.controller = trustController(targetsOf(options.trusts), () => this.#trust);
  }

  get port(): number | undefined {
    return (this.#running?.server.address() as AddressInfo | null | undefined)?.port;
  }

  get trust(): string | undefined {
    return this.#trust;
  }

  readonly startedCheck: HealthCheck = async () => {
    const { port } = this;
    if (port === undefined) throw new WebhookServerError("webhook server has not been started yet");
    await shakeHands(port, this.#options.host);
  };

  async reload(): Promise<boolean> {
    return (await this.#running?.watch.check()) ?? false;
  }

  async start(context: {
    readonly client: KubeClient;
    readonly clock: Clock;
    readonly log: Logger;
  }): Promise<AsyncDisposable> {
    const { client, clock, log = silentLogger } = context;
    const metrics = webhookMetrics(this.#metrics);
    const source = certificateSource(this.#options.certificate, { client, clock, log, metrics });
    const watch = new CertificateWatch(source, { client, clock, log, metrics }, async (identity) => {
      this.#running?.server.setSecureContext(tlsOptions(identity));
      this.#trust = identity.trust;
      await this.#inject(client, log);
    });
    await using starting = new AsyncDisposableStack();
    const identity = await watch.start();
    starting.use(watch);
    this.#trust = identity.trust;
    const server = createServer(tlsOptions(identity));
    serveWebhooks(server, webhookHandler(this.#webhooks, { clock, log, metrics: this.#metrics }));
    await listen(server, this.#options);
    starting.defer(() => close(server));
    this.#running = { server, watch };
    await this.#inject(client, log);
    const running = starting.move();
    return {
      [Symbol.asyncDispose]: async () => {
        this.#running = undefined;
        await running.disposeAsync();
      },
    };
  }

  /** The controller comes back to what could not be written. */
  async #inject(client: KubeClient, log: Logger): Promise<void> {
    const trust = this.#trust;
    if (trust === undefined) return;
    for (const target of targetsOf(this.#options.trusts)) {
      try {
        await injectTrust(client, target, trust);
      } catch (error) {
        log.error("authority not injected", { ...target, error: describeError(error) });
      }
    }
  }
}

interface Target {
  readonly kind: TrustKind;
  readonly name: string;
}

function targetsOf(trusts: TrustTargets = {}): readonly Target[] {
  return (Object.keys(TRUST_KINDS) as TrustKind[]).flatMap((kind) =>
    (trusts[kind] ?? []).map((name) => ({ kind, name })),
  );
}

/** A loop over the named objects: whatever changes them, the authority is put back. */
function trustController(targets: readonly Target[], trust: () => string | undefined): Controller {
  let builder = createController("webhook-trust").forKeys();
  for (const kind of Object.keys(TRUST_KINDS) as TrustKind[]) {
    const names = new Set(targets.filter((target) => target.kind === kind).map(({ name }) => name));
    if (names.size === 0) continue;
    const map = ({ metadata }: KubeObject): readonly ObjectKey[] =>
      names.has(metadata.name ?? "") ? [{ namespace: kind, name: metadata.name ?? "" }] : [];
    builder = builder.watches(TRUST_KINDS[kind], { map }, { metadataOnly: true });
  }
  return builder.reconcile(async (key, ctx) => {
    const at = key.indexOf("/");
    const target = { kind: key.slice(0, at) as TrustKind, name: key.slice(at + 1) };
    const bundle = trust();
    if (bundle !== undefined) await injectTrust(ctx.client, target, bundle);
  });
}

function tlsOptions({ certificate, key }: { readonly certificate: string; readonly key: string }): {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: "TLSv1.2";
} {
  return { cert: certificate, key, minVersion: "TLSv1.2" };
}

/** Serves a handler on a listener. */
function serveWebhooks(server: Server, handle: WebhookHandler): void {
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response, handle);
  });
  // A client that breaks its handshake off, or does not trust the certificate, is its own concern.
  server.on("tlsClientError", () => undefined);
  server.headersTimeout = 32_000;
  server.requestTimeout = 60_000;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: WebhookHandler,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort(new WebhookServerError("the connection has ended")));
  response.on("error", () => gone.abort(new WebhookServerError("the connection has failed")));
  const url = new URL(request.url ?? "/", "https://webhooks");
  const { status, contentType, body } = await handle({
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    contentType: request.headers["content-type"] ?? "",
    readBody: (limitBytes) => readBody(request, limitBytes),
    signal: gone.signal,
  });
  // What is left of a body that was too long is not read, so the connection cannot be used again.
  const ending = request.complete ? {} : { connection: "close" };
  response.writeHead(status, { "content-type": contentType, ...ending });
  response.end(body);
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | "too-large"> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) return "too-large";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function listen(server: Server, { port = DEFAULT_PORT, host }: WebhookServerOptions): Promise<void> {
  server.listen(host === undefined ? { port } : { port, host });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ListenError(port, { cause: error });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  server.closeAllConnections();
  await closed;
}

/** Whether a TLS server answers; whom it shows is the client's concern. */
async function shakeHands(port: number, host = "127.0.0.1"): Promise<void> {
  const socket = connect({ port, host, rejectUnauthorized: false, timeout: 10_000 });
  socket.once("timeout", () => socket.destroy(new WebhookServerError("the handshake takes too long")));
  try {
    await once(socket, "secureConnect");
  } catch (error) {
    throw new WebhookServerError("webhook server is not reachable", { cause: error });
  } finally {
    socket.destroy();
  }
}

import { readFile } from "node:fs/promises";
import type { KubeClient } from "@weir/client";
import { type Clock, describeError, type Logger } from "@weir/core";
import { type CertifiedKey, readPair } from "../certificates/authority.ts";
import { SelfSignedIdentity, type SelfSignedOptions } from "./self-signed.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";

/** Where a server's certificate comes from. */
export type CertificateOptions =
  | {
      /** Files that somebody else keeps, such as cert-manager by a mounted Secret; read again when they change. */
      readonly kind: "files";
      readonly certificate: string;
      readonly key: string;
      /** PEM of the authority, for whoever injects it; nothing is injected where it is absent. */
      readonly authority?: string;
      /** How often the files are looked at; 10 s by default. */
      readonly pollMs?: number;
    }
  | ({ readonly kind: "self-signed" } & SelfSignedOptions);

/** What a server shows, and what its clients trust. */
export interface ServedIdentity extends CertifiedKey {
  /** PEM; `undefined` where the authority is not ours to tell. */
  readonly trust: string | undefined;
}

/** What a source of certificates works with. */
export interface CertificateDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WebhookMetrics;
}

/** A certificate that may change while a server runs. */
export interface CertificateSource {
  /** The identity as it is now. Throws where there is none. */
  read(): Promise<ServedIdentity>;
  /** How long to wait before it is read again. */
  readonly everyMs: number;
}

const FILE_POLL_MS = 10_000;

/** The source that some options name. */
export function certificateSource(options: CertificateOptions, deps: CertificateDeps): CertificateSource {
  if (options.kind === "self-signed") return new SelfSignedIdentity(options, deps);
  const { certificate, key, authority, pollMs = FILE_POLL_MS } = options;
  return {
    everyMs: pollMs,
    read: async () => {
      const pair = {
        certificate: await readFile(certificate, "utf8"),
        key: await readFile(key, "utf8"),
      };
      readPair(pair);
      return { ...pair, trust: authority === undefined ? undefined : await readFile(authority, "utf8") };
    },
  };
}

/** Follows a source: tells of its first identity and of each that differs; errors keep the last good one. */
export class CertificateWatch implements AsyncDisposable {
  readonly #source: CertificateSource;
  readonly #deps: CertificateDeps;
  readonly #changed: (identity: ServedIdentity) => Promise<void> | void;
  readonly #end = new AbortController();
  #current: ServedIdentity | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(
    source: CertificateSource,
    deps: CertificateDeps,
    changed: (identity: ServedIdentity) => Promise<void> | void,
  ) {
    this.#source = source;
    this.#deps = deps;
    this.#changed = changed;
  }

  /** Reads the first identity, which must be there, and begins to look for others. */
  async start(): Promise<ServedIdentity> {
    const first = await this.#read();
    this.#current = first;
    this.#loop = this.#follow();
    return first;
  }

  /** Looks now; true where the identity is another one. */
  async check(): Promise<boolean> {
    const next = await this.#read();
    if (sameIdentity(next, this.#current)) return false;
    this.#current = next;
    await this.#changed(next);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#loop;
  }

  async #read(): Promise<ServedIdentity> {
    const { metrics } = this.#deps;
    metrics.certificateReads.inc();
    try {
      return await this.#source.read();
    } catch (error) {
      metrics.certificateErrors.inc();
      throw error;
    }
  }

  async #follow(): Promise<void> {
    const { clock, log } = this.#deps;
    for (;;) {
      try {
        await clock.sleep(this.#source.everyMs, this.#end.signal);
      } catch {
        return;
      }
      try {
        if (await this.check()) log.info("webhook certificate reloaded");
      } catch (error) {
        log.error("webhook certificate not reloaded", { error: describeError(error) });
      }
    }
  }
}

function sameIdentity(left: ServedIdentity, right: ServedIdentity | undefined): boolean {
  return (
    right !== undefined &&
    left.certificate === right.certificate &&
    left.key === right.key &&
    left.trust === right.trust
  );
}

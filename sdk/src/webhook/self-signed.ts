import { X509Certificate } from "node:crypto";
import { isApiError, type Kind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import type { KubeObject, ObjectKey } from "@weir/objects";
import {
  type CertificateAuthority,
  CertificateError,
  type CertifiedKey,
  createAuthority,
  openAuthority,
  readPair,
  type ServerNames,
} from "../certificates/authority.ts";
import type { CertificateDeps, CertificateSource, ServedIdentity } from "./certificate-source.ts";

/** A certificate of one's own authority. */
export interface SelfSignedOptions {
  /** By what the server is reached; those of the Service (`NAME.NAMESPACE.svc`) are added. */
  readonly names?: Partial<ServerNames>;
  /** The Service by which the API server reaches it. */
  readonly service?: ObjectKey & { readonly namespace: string };
  /**
   * Where authority and certificate are kept, so that replicas and restarts share them. Without it each process has an
   * authority of its own, which does for one replica only.
   */
  readonly secret?: ObjectKey & { readonly namespace: string };
  /** How long a certificate is good; 90 days by default. It is renewed when a third of that is left. */
  readonly validMs?: number;
  /** How long the authority is good; ten years by default. */
  readonly authorityValidMs?: number;
  /** How often expiry, and the Secret, are looked at; a minute by default. */
  readonly checkMs?: number;
}

const DAY_MS = 24 * 3_600_000;
const CERTIFICATE_MS = 90 * DAY_MS;
const AUTHORITY_MS = 3650 * DAY_MS;
const CHECK_MS = 60_000;
const MAX_ATTEMPTS = 5;

const SECRET: Kind<KubeObject & { readonly data?: Readonly<Record<string, string>> }, JsonObject> = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  scope: "Namespaced",
};

/** What is kept: the authority, what clients trust (after a change of the authority both), and the certificate. */
interface Kept {
  readonly authority: CertifiedKey;
  readonly trust: string;
  readonly server: CertifiedKey;
}

/** A certificate that its own authority issues, and issues again before it ends. */
export class SelfSignedIdentity implements CertificateSource {
  readonly everyMs: number;
  readonly #options: SelfSignedOptions;
  readonly #deps: CertificateDeps;
  readonly #names: ServerNames;
  #memory: Kept | undefined;

  constructor(options: SelfSignedOptions, deps: CertificateDeps) {
    this.#options = options;
    this.#deps = deps;
    this.everyMs = options.checkMs ?? CHECK_MS;
    const { service, names = {} } = options;
    const own =
      service === undefined
        ? []
        : [
            `${service.name}.${service.namespace}.svc`,
            `${service.name}.${service.namespace}.svc.cluster.local`,
            `${service.name}.${service.namespace}`,
          ];
    this.#names = { dns: [...own, ...(names.dns ?? [])], ips: names.ips ?? [] };
  }

  async read(): Promise<ServedIdentity> {
    const kept =
      this.#options.secret === undefined ? this.#fromMemory() : await this.#fromSecret(this.#options.secret);
    return { ...kept.server, trust: kept.trust };
  }

  #fromMemory(): Kept {
    this.#memory = this.#renewed(this.#memory);
    return this.#memory;
  }

  /** Reads the Secret, and renews what is in it; of several that do so at once, one wins and all take what it wrote. */
  async #fromSecret(key: ObjectKey & { readonly namespace: string }): Promise<Kept> {
    const { client } = this.#deps;
    for (let attempt = 1; ; attempt += 1) {
      const secret = await client.get(SECRET, key);
      const before = secret === undefined ? undefined : readKept(secret.data ?? {});
      const after = this.#renewed(before);
      if (after === before) return after;
      const body = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: secret === undefined ? { ...key } : secret.metadata,
        type: "kubernetes.io/tls",
        data: { ...secret?.data, ...writeKept(after) },
      } as unknown as JsonObject;
      try {
        if (secret === undefined) await client.create(SECRET, body);
        else await client.replace(SECRET, body);
        return after;
      } catch (error) {
        const isRace = isApiError(error, "AlreadyExists") || isApiError(error, "Conflict");
        if (!isRace || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** The same where nothing is due. */
  #renewed(kept: Kept | undefined): Kept {
    const { validMs = CERTIFICATE_MS, authorityValidMs = AUTHORITY_MS } = this.#options;
    const nowMs = this.#deps.clock.now();
    const authority = usableAuthority(kept, nowMs + validMs);
    if (kept !== undefined && authority !== undefined && this.#isGood(kept, nowMs + validMs / 3)) return kept;
    const issuer =
      authority ?? createAuthority({ commonName: "weir-webhook-ca", nowMs, validMs: authorityValidMs });
    const commonName = this.#names.dns[0] ?? "weir-webhook";
    const server = issuer.issue(this.#names, { commonName, nowMs, validMs });
    const { certificate, key } = issuer;
    const trust =
      authority === undefined ? joinTrust(certificate, kept?.trust, nowMs) : (kept?.trust ?? certificate);
    return { authority: { certificate, key }, trust, server };
  }

  /** Whether the certificate is its authority's, good for longer than until a time, and for all names. */
  #isGood({ server, authority }: Kept, untilMs: number): boolean {
    try {
      const { certificate } = readPair(server);
      if (certificate.validToDate.getTime() <= untilMs) return false;
      if (!certificate.checkIssued(new X509Certificate(authority.certificate))) return false;
      return (
        this.#names.dns.every((name) => certificate.checkHost(name) !== undefined) &&
        this.#names.ips.every((ip) => certificate.checkIP(ip) !== undefined)
      );
    } catch (error) {
      if (error instanceof CertificateError) return false;
      throw error;
    }
  }
}

/** The authority, if it outlives a certificate that it would issue now. */
function usableAuthority(kept: Kept | undefined, untilMs: number): CertificateAuthority | undefined {
  if (kept === undefined) return undefined;
  try {
    const authority = openAuthority(kept.authority);
    return authority.notAfterMs > untilMs ? authority : undefined;
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g;

/** The new authority and those before it that have not ended: other replicas still show certificates of theirs. */
function joinTrust(certificate: string, before: string | undefined, nowMs: number): string {
  const others = (before?.match(PEM) ?? []).filter((text) => {
    try {
      return new X509Certificate(text).validToDate.getTime() > nowMs;
    } catch {
      return false;
    }
  });
  return [certificate, ...others].map((text) => `${text.trimEnd()}\n`).join("");
}

const KEYS = {
  trust: "ca.crt",
  authority: "ca-own.crt",
  authorityKey: "ca.key",
  server: "tls.crt",
  key: "tls.key",
};

function readKept(data: Readonly<Record<string, string>>): Kept | undefined {
  const read = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString("utf8");
  const kept = {
    authority: { certificate: read(KEYS.authority), key: read(KEYS.authorityKey) },
    trust: read(KEYS.trust),
    server: { certificate: read(KEYS.server), key: read(KEYS.key) },
  };
  return kept.trust === "" ? undefined : kept;
}

function writeKept({ authority, trust, server }: Kept): Readonly<Record<string, string>> {
  const write = (text: string): string => Buffer.from(text).toString("base64");
  return {
    [KEYS.trust]: write(trust),
    [KEYS.authority]: write(authority.certificate),
    [KEYS.authorityKey]: write(authority.key),
    [KEYS.server]: write(server.certificate),
    [KEYS.key]: write(server.key),
  };
}

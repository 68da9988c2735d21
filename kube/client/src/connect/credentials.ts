import { readFile } from "node:fs/promises";
import type { Clock } from "@weir/core";
import { type ClusterConfig, CredentialsError, type Material } from "../kubeconfig/cluster-config.ts";
import { callExecPlugin, type ExecCredential } from "./exec-credential.ts";

/** The parts of a connection that files and plugins may change while it is used. */
export interface Secrets {
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly tls: TlsMaterial;
}

/** What a TLS connection is made with; strings, so that two states are compared by value. */
export interface TlsMaterial {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** As client-go, which reads token files once a minute. */
const REREAD_MS = 60_000;
/** A credential is renewed before the server stops taking it. */
const EXPIRY_SLACK_MS = 30_000;

/** Keeps the credentials of one connection fresh: files are read again, plugins called again before expiry. */
export class Credentials {
  readonly #config: ClusterConfig;
  readonly #clock: Clock;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #secrets: Secrets | undefined;
  #readAtMs = 0;
  #reading: Promise<Secrets> | undefined;
  #exec: ExecCredential | undefined;

  constructor(
    config: ClusterConfig,
    clock: Clock,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#environment = environment;
  }

  /** The credentials to use now; one reading at a time, shared by who asks meanwhile. */
  async current(): Promise<Secrets> {
    if (this.#secrets !== undefined && !this.#isDue()) return this.#secrets;
    return this.#read();
  }

  /** Reads everything again because the server refused what `current` gave. */
  refresh(): Promise<Secrets> {
    this.#exec = undefined;
    return this.#read();
  }

  #isDue(): boolean {
    return this.#isExecExpired() || this.#clock.monotonic() - this.#readAtMs >= REREAD_MS;
  }

  #isExecExpired(): boolean {
    const expiresAtMs = this.#exec?.expiresAtMs;
    return expiresAtMs !== undefined && this.#clock.now() >= expiresAtMs - EXPIRY_SLACK_MS;
  }

  #read(): Promise<Secrets> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<Secrets> {
    const { ca, clientCertificate } = this.#config;
    const tls = {
      ca: await this.#text(ca, this.#secrets?.tls.ca),
      certificate: await this.#text(clientCertificate?.certificate, this.#secrets?.tls.certificate),
      key: await this.#text(clientCertificate?.key, this.#secrets?.tls.key),
    };
    this.#secrets = await this.#withAuth(tls);
    this.#readAtMs = this.#clock.monotonic();
    return this.#secrets;
  }

  async #withAuth(tls: TlsMaterial): Promise<Secrets> {
    const { auth } = this.#config;
    switch (auth.kind) {
      case "none":
        return { authorization: undefined, tls };
      case "token":
        return { authorization: `Bearer ${auth.token}`, tls };
      case "basic": {
        const pair = Buffer.from(`${auth.username}:${auth.password}`, "utf8").toString("base64");
        return { authorization: `Basic ${pair}`, tls };
      }
      case "tokenFile":
        return { authorization: `Bearer ${await this.#tokenOf(auth.path, auth.fallback)}`, tls };
      case "exec": {
        if (this.#exec === undefined || this.#isExecExpired()) {
          const ca = tls.ca === undefined ? undefined : Buffer.from(tls.ca, "utf8");
          this.#exec = await callExecPlugin(auth.plugin, this.#config, ca, this.#environment);
        }
        const { token, certificate, key } = this.#exec;
        return {
          authorization: token === undefined ? undefined : `Bearer ${token}`,
          tls: { ca: tls.ca, certificate: certificate ?? tls.certificate, key: key ?? tls.key },
        };
      }
    }
  }

  async #tokenOf(path: string, fallback: string | undefined): Promise<string> {
    const known = this.#secrets?.authorization?.slice("Bearer ".length) ?? fallback;
    const token = (await this.#file(path, known)).trim();
    if (token === "") throw new CredentialsError(`the token file ${path} is empty`);
    return token;
  }

  #text(material: Material | undefined, known: string | undefined): Promise<string | undefined> {
    if (material === undefined) return Promise.resolve(undefined);
    if (material.kind === "inline") return Promise.resolve(Buffer.from(material.bytes).toString("utf8"));
    return this.#file(material.path, known);
  }

  /** A file that is being replaced may be away for a moment; what was read last is used until it is back. */
  async #file(path: string, known: string | undefined): Promise<string> {
    try {
      return await readFile(path, "utf8");
    } catch (cause) {
      if (known !== undefined) return known;
      throw new CredentialsError(`cannot read ${path}`, { cause });
    }
  }
}

import { WeirError } from "@weir/core";
import type { ImpersonatedUser } from "../client.ts";

/** Bytes of a kubeconfig: given in it, or in a file that is read again when it changes. */
export type Material =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly path: string };

/** How an exec credential plugin is called. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly provideClusterInfo: boolean;
  readonly installHint: string | undefined;
}

/** How a user proves who it is, beyond a client certificate. */
export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  /** `fallback` is the token to use until the file can be read. */
  | { readonly kind: "tokenFile"; readonly path: string; readonly fallback: string | undefined }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "exec"; readonly plugin: ExecPlugin };

/** One cluster and one user of it: everything that a connection is made of. */
export interface ClusterConfig {
  /** Base URL; a path in it is a prefix of every request. */
  readonly server: string;
  readonly auth: Auth;
  readonly ca: Material | undefined;
  readonly clientCertificate: { readonly certificate: Material; readonly key: Material } | undefined;
  /** The name to verify the server's certificate for, where it is not that of the URL. */
  readonly tlsServerName: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly proxyUrl: string | undefined;
  /** The namespace that the context names. */
  readonly namespace: string | undefined;
  /** Whom the user acts as. */
  readonly impersonate: ImpersonatedUser | undefined;
}

/** What a kubeconfig may ask for. */
export interface KubeconfigOptions {
  /** The context to use; the current one by default. */
  readonly context?: string;
  /** Lets it name a program that makes credentials. Never for a kubeconfig that came from a cluster. */
  readonly allowExec?: boolean;
  /** Lets it turn the verification of the server's certificate off. */
  readonly allowInsecure?: boolean;
  /** Lets it name files; relative paths are looked for in this folder. Never for one that came from a cluster. */
  readonly filesIn?: string;
}

/** A kubeconfig that says nothing usable; the message names the field. */
export class KubeconfigError extends WeirError {
  override readonly name = "KubeconfigError";
  readonly reason = "InvalidKubeconfig";
  readonly retry = "never";
}

/** A kubeconfig asks for something that was not allowed; `feature` names the option that would. */
export class KubeconfigForbiddenError extends WeirError {
  override readonly name = "KubeconfigForbiddenError";
  readonly reason = "KubeconfigForbidden";
  readonly retry = "never";
  readonly feature: "exec" | "auth-provider" | "insecure-skip-tls-verify" | "files";

  constructor(feature: KubeconfigForbiddenError["feature"], where: string) {
    super(`${where} asks for ${feature}, which is not allowed here`);
    this.feature = feature;
  }
}

/** Credentials could not be had: a file cannot be read, a plugin failed. Never holds what they said. */
export class CredentialsError extends WeirError {
  override readonly name = "CredentialsError";
  readonly reason = "CredentialsUnavailable";
  readonly retry = "backoff";
}

import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { JsonObject } from "@weir/core";
import type { CertifiedKey } from "@weir/sdk";
import { emitYaml } from "@weir/yaml";
import { KubeconfigWriteError } from "./listener-error.ts";

/** What leads a client to a cluster. */
export interface ClusterAccess {
  /** The name of the cluster, the user and the context. */
  readonly name: string;
  readonly url: string;
  /** The authority to trust, as PEM. */
  readonly certificateAuthority: string;
  readonly token?: string;
  /** A certificate that shows the user, beside a token or in place of it. */
  readonly identity?: CertifiedKey;
}

/** A kubeconfig with one context, as YAML. */
export function kubeconfig(access: ClusterAccess): string {
  const { name, url, certificateAuthority } = access;
  const authority = base64(certificateAuthority);
  return emitYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, "certificate-authority-data": authority } }],
    users: [{ name, user: userOf(access) }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    preferences: {},
  });
}

function userOf({ token, identity }: ClusterAccess): JsonObject {
  return {
    ...(token === undefined ? {} : { token }),
    ...(identity === undefined
      ? {}
      : {
          "client-certificate-data": base64(identity.certificate),
          "client-key-data": base64(identity.key),
        }),
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** Writes a kubeconfig that only its owner can read, whole or not at all. */
export async function writeKubeconfig(path: string, access: ClusterAccess): Promise<void> {
  const written = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(written, kubeconfig(access), { mode: 0o600, flag: "wx" });
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true }).catch(() => undefined);
    throw new KubeconfigWriteError(path, { cause: error });
  }
}

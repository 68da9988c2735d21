import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { emitYaml } from "@weir/yaml";
import { KubeconfigWriteError } from "./listener-error.ts";

/** What leads a client to a cluster. */
export interface ClusterAccess {
  /** The name of the cluster, the user and the context. */
  readonly name: string;
  readonly url: string;
  /** The authority to trust, as PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
}

/** A kubeconfig with one context, as YAML. */
export function kubeconfig({ name, url, certificateAuthority, token }: ClusterAccess): string {
  const authority = Buffer.from(certificateAuthority, "utf8").toString("base64");
  return emitYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, "certificate-authority-data": authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    preferences: {},
  });
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

import { type ClusterConfig, type KubeconfigOptions, parseKubeconfig } from "@weir/client";
import { WeirError } from "@weir/core";
import type { KubeObject } from "@weir/objects";

/** The Secret that holds a kubeconfig, and the key in it where one is named. */
export interface KubeconfigReference {
  readonly name: string;
  readonly key?: string | undefined;
}

/** The Secret of a kubeconfig is missing, or holds none. */
export class KubeconfigSecretError extends WeirError {
  override readonly name = "KubeconfigSecretError";
  readonly reason = "KubeconfigSecretUnusable";
  readonly retry = "backoff";
}

/** Keys that are looked at where none is named, in this order. */
const KEYS = ["value", "value.yaml"];

/**
 * Reads the cluster that a Secret's kubeconfig names. It comes from a cluster, so that it may run no program, read no file
 * and skip no verification unless `options` say so.
 *
 * Throws a `KubeconfigSecretError` in Flux's words, and what `parseKubeconfig` throws.
 */
export async function readKubeconfigSecret(
  read: (key: { readonly namespace: string; readonly name: string }) => Promise<KubeObject | undefined>,
  namespace: string,
  { name, key }: KubeconfigReference,
  options: Pick<KubeconfigOptions, "allowExec" | "allowInsecure"> = {},
): Promise<ClusterConfig> {
  const secret = await read({ namespace, name });
  const where = `KubeConfig secret '${namespace}/${name}'`;
  if (secret === undefined)
    throw new KubeconfigSecretError(`unable to read ${where} error: secrets "${name}" not found`);
  const keys = key === undefined || key === "" ? KEYS : [key];
  const value = keys.map((candidate) => dataOf(secret)[candidate]).find((found) => typeof found === "string");
  if (typeof value !== "string" || value === "")
    throw new KubeconfigSecretError(`${where} does not contain a '${keys[0]}' key with a kubeconfig`);
  return parseKubeconfig(Buffer.from(value, "base64").toString("utf8"), options);
}

function dataOf(secret: KubeObject): Readonly<Record<string, unknown>> {
  const data = secret["data"];
  return typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
}

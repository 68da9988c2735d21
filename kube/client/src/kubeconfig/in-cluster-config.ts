import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { type ClusterConfig, KubeconfigError } from "./cluster-config.ts";

/** Where a pod finds its API server and account. */
export interface InClusterOptions {
  /** `KUBERNETES_SERVICE_HOST`. */
  readonly host: string;
  /** `KUBERNETES_SERVICE_PORT`. */
  readonly port: string;
  /** The folder of the service account; where Kubernetes mounts it by default. */
  readonly folder?: string;
}

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The configuration of a pod: its service account's token, which is read again as it is rotated, CA and namespace. */
export async function inClusterConfig(options: InClusterOptions): Promise<ClusterConfig> {
  const folder = options.folder ?? FOLDER;
  if (options.host === "" || options.port === "") {
    throw new KubeconfigError("no kubernetes service is set in the environment, so this is no pod");
  }
  const host = isIPv6(options.host) ? `[${options.host}]` : options.host;
  let namespace: string | undefined;
  try {
    namespace = (await readFile(join(folder, "namespace"), "utf8")).trim();
  } catch (cause) {
    throw new KubeconfigError("the pod has no service account mounted", { cause });
  }
  return {
    server: `https://${host}:${options.port}`,
    auth: { kind: "tokenFile", path: join(folder, "token"), fallback: undefined },
    ca: { kind: "file", path: join(folder, "ca.crt") },
    clientCertificate: undefined,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxyUrl: undefined,
    namespace: namespace === "" ? undefined : namespace,
    impersonate: undefined,
  };
}

import { X509Certificate } from "node:crypto";
import type { ClusterConfig } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { ClusterAccessError, ClusterProviderError } from "./cluster-access-error.ts";

/** What a ConfigMap says of another cluster, as far as it needs no cloud. */
export interface ClusterReference {
  /** The address as it is written; `""` where there is none. */
  readonly address: string;
  /** Certificates as PEM; `""` trusts the authorities of the system. */
  readonly ca: string;
  /** Whom tokens are for; the address where nobody is named. */
  readonly audiences: readonly string[];
  /** The account in the ConfigMap's namespace whose tokens are used; `""` leaves it to the controller. */
  readonly serviceAccountName: string;
}

const CLOUDS: readonly string[] = ["aws", "azure", "gcp"];

/**
 * Reads the keys that Flux documents for `kubeConfig.configMapRef`: `provider`, `address`, `ca.crt`, `audiences` (one a
 * line) and `serviceAccountName`; `cluster` is for clouds alone.
 *
 * Throws a `ClusterProviderError` for the provider of a cloud, and a `ClusterAccessError` for one that nobody knows.
 */
export function readClusterConfigMap(configMap: KubeObject): ClusterReference {
  const data = new Map(Object.entries(dataOf(configMap)));
  const text = (key: string): string => {
    const value = data.get(key);
    return typeof value === "string" ? value : "";
  };
  const provider = text("provider");
  if (CLOUDS.includes(provider)) throw new ClusterProviderError(provider);
  if (provider !== "generic") throw new ClusterAccessError(`provider '${provider}' not implemented`);
  const address = text("address");
  const audiences = text("audiences")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return {
    address,
    ca: text("ca.crt"),
    audiences: audiences.length === 0 ? [address] : audiences,
    serviceAccountName: text("serviceAccountName"),
  };
}

/**
 * The connection that a reference describes, without credentials: HTTPS to the host and port of its address.
 *
 * Throws a `ClusterAccessError` in Flux's words for an address or a certificate that is none.
 */
export function clusterConfigOf({ address, ca }: ClusterReference): ClusterConfig {
  if (address === "") throw new ClusterAccessError("cluster address is required to create a REST config");
  checkCertificates(ca);
  return {
    server: serverOf(address),
    auth: { kind: "none" },
    ca: ca === "" ? undefined : { kind: "inline", bytes: Buffer.from(ca, "utf8") },
    clientCertificate: undefined,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxyUrl: undefined,
    namespace: undefined,
    impersonate: undefined,
  };
}

/** `https://`, the host in lower case and the port; anything else of the address counts for nothing. */
function serverOf(address: string): string {
  const url = address.startsWith("http") ? address : `https://${address}`;
  const shown = withoutUser(address);
  const refusal = (problem: string): ClusterAccessError =>
    new ClusterAccessError(`failed to parse cluster address ${shown}: ${problem}`);
  const [, scheme = "", authority = ""] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?/.exec(url) ?? [];
  if (scheme !== "" && !URL.canParse(url)) {
    throw refusal(
      `failed to parse Kubernetes API server address '${withoutUser(url)}': parse ${JSON.stringify(withoutUser(url))}: invalid host`,
    );
  }
  if (scheme.toLowerCase() !== "https") {
    throw refusal(`the Kubernetes API server address '${withoutUser(url)}' must use https scheme`);
  }
  const host = authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:$/, "")
    .toLowerCase();
  return `https://${host}${/:\d+$/.test(host) ? "" : ":443"}`;
}

/** An address is shown in statuses, which are no place for a password. */
function withoutUser(address: string): string {
  return address.replace(/^((?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/)?[^/?#]*@/, "$1");
}

/** Text that holds not one certificate would trust nobody; Go says so before the first request. */
function checkCertificates(pem: string): void {
  if (pem === "") return;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.some(isCertificate)) return;
  const problem =
    blocks.length === 0
      ? "unable to parse bytes as PEM block"
      : "failed to parse certificate: x509: malformed certificate";
  throw new ClusterAccessError(`unable to load root certificates: ${problem}`);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function dataOf(configMap: KubeObject): Readonly<Record<string, unknown>> {
  const data = configMap["data"];
  return typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
}

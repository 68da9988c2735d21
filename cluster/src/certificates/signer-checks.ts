import type { CertificateRequest } from "@weir/apiserver";

/** The signers whose requests the cluster's own authority signs. */
export const SIGNERS = {
  client: "kubernetes.io/kube-apiserver-client",
  kubelet: "kubernetes.io/kube-apiserver-client-kubelet",
  serving: "kubernetes.io/kubelet-serving",
} as const;

const NODES = "system:nodes";
const NODE_PREFIX = "system:node:";
const OPTIONAL = ["digital signature", "key encipherment"];

/** What a request asks for, and of what signer. */
export interface AskedFor {
  readonly signerName: string;
  readonly usages: readonly string[];
  readonly request: CertificateRequest;
}

/**
 * Why a signer refuses a request, in the words of kube-controller-manager; `undefined` where it does not, and
 * `"not ours"` where the signer is somebody else's.
 */
export function signerRefusal({ signerName, usages, request }: AskedFor): string | undefined {
  switch (signerName) {
    case SIGNERS.client:
      return clientProblem(usages);
    case SIGNERS.kubelet:
      return kubeletProblem(usages, request);
    case SIGNERS.serving:
      return servingProblem(usages, request);
    default:
      return "not ours";
  }
}

function clientProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => usage !== "client auth" && !OPTIONAL.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes("client auth")
    ? undefined
    : "missing required usage for client certificate: client auth";
}

/** Why a kubelet's request for a client certificate is none; `undefined` where it is one. */
export function kubeletProblem(usages: readonly string[], request: CertificateRequest): string | undefined {
  if (!isOfNodes(request)) return "subject organization is not system:nodes";
  if (request.dnsNames.length > 0) return "DNS subjectAltNames are not allowed";
  if (request.emails.length > 0) return "Email subjectAltNames are not allowed";
  if (request.ipAddresses.length > 0) return "IP subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  if (!request.commonName.startsWith(NODE_PREFIX))
    return "subject common name does not begin with system:node:";
  return usageProblem(usages, "client auth");
}

function servingProblem(usages: readonly string[], request: CertificateRequest): string | undefined {
  if (!isOfNodes(request)) return "subject organization is not system:nodes";
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0)
    return "DNS or IP subjectAltName is required";
  if (request.emails.length > 0) return "Email subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  const problem = usageProblem(usages, "server auth");
  if (problem !== undefined) return problem;
  return request.commonName.startsWith(NODE_PREFIX)
    ? undefined
    : "subject common name does not begin with system:node:";
}

function isOfNodes({ organizations }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === NODES;
}

/** A key that is no RSA key enciphers no other keys. */
function usageProblem(usages: readonly string[], wanted: string): string | undefined {
  const given = new Set(usages);
  const all = [wanted, "digital signature", "key encipherment"].sort();
  const isAll = given.size === 3 && all.every((usage) => given.has(usage));
  const isWithout = given.size === 2 && given.has(wanted) && given.has("digital signature");
  return isAll || isWithout ? undefined : `usages did not match [${all.join(" ")}]`;
}

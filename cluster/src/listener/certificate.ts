import {
  type CertifiedKey,
  type ClientName,
  createAuthority as createIssuer,
  type ServerNames,
  type SigningRequest,
} from "@weir/sdk";

/** An authority of its own, for one cluster. */
export interface CertificateAuthority {
  /** The authority's certificate as PEM: what clients trust. */
  readonly certificate: string;
  /** Makes a certificate for a server that is reached by these names and addresses. */
  issue(names: ServerNames): CertifiedKey;
  /** Makes a certificate by which a client is a user with its groups. */
  issueClient(client: ClientName, validMs?: number): CertifiedKey;
  /** When the authority's own certificate ends, in milliseconds since 1970. */
  readonly notAfterMs: number;
  /** Makes a certificate, as PEM, for a key that somebody else has. */
  sign(request: SigningRequest): string;
}

/** How long certificates are valid; they are made anew at each start. */
const VALID_MS = 3650 * 24 * 3_600_000;

/** A client's lives for a year, as kubeadm's. */
export const CLIENT_MS: number = 365 * 24 * 3_600_000;

/** Makes an authority with a new P-256 key, known to nobody else. */
export function createAuthority(commonName: string, nowMs: number): CertificateAuthority {
  const authority = createIssuer({ commonName, nowMs, validMs: VALID_MS });
  return {
    certificate: authority.certificate,
    issue: (names) => authority.issue(names, { commonName: "kube-apiserver", nowMs, validMs: VALID_MS }),
    issueClient: (client, validMs = CLIENT_MS) => authority.issueClient(client, { nowMs, validMs }),
    notAfterMs: authority.notAfterMs,
    sign: (request) => authority.sign(request),
  };
}

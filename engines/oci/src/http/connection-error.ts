import { ConnectionError } from "../oci-error.ts";

const TLS_PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  SELF_SIGNED_CERT_IN_CHAIN:
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  CERT_HAS_EXPIRED: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "tls: failed to verify certificate: x509: certificate is not valid for the name",
  EPROTO: "http: server gave HTTP response to HTTPS client",
  ERR_SSL_WRONG_VERSION_NUMBER: "http: server gave HTTP response to HTTPS client",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "http: server gave HTTP response to HTTPS client",
};

/** Says why a connection failed in the words of Go, by the system's code alone: Node's prose may hold more. */
export function connectionError(error: unknown, host: string): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const { code = "", address, port } = firstOf(error);
  const dial = address === undefined ? host : `${address.includes(":") ? `[${address}]` : address}:${port}`;
  return new ConnectionError(code, wordsOf(code, dial, host));
}

interface SystemProblem {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

/** Where a name has several addresses, Node joins what became of each. */
function firstOf(error: unknown): SystemProblem {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0] as SystemProblem;
  return (error ?? {}) as SystemProblem;
}

function wordsOf(code: string, dial: string, host: string): string {
  const known = TLS_PROBLEMS[code];
  if (known !== undefined) return known;
  switch (code) {
    case "ECONNREFUSED":
      return `dial tcp ${dial}: connect: connection refused`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `dial tcp: lookup ${host.replace(/:\d+$/, "")}: no such host`;
    case "EHOSTUNREACH":
      return `dial tcp ${dial}: connect: no route to host`;
    case "ETIMEDOUT":
      return `dial tcp ${dial}: i/o timeout`;
    case "ECONNRESET":
    case "EPIPE":
      return "connection reset by peer";
    default:
      return code === "" ? "the connection failed" : `the connection failed with ${code}`;
  }
}

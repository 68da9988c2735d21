import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ClientCertificate } from "@weir/apiserver";

/** Whom connections show by their certificates; each is looked at once. */
export class ClientCertificates {
  readonly #seen = new WeakMap<Socket, { readonly certificate: ClientCertificate | undefined }>();

  of(socket: Socket): ClientCertificate | undefined {
    const seen = this.#seen.get(socket);
    if (seen !== undefined) return seen.certificate;
    const certificate = socket instanceof TLSSocket ? read(socket) : undefined;
    this.#seen.set(socket, { certificate });
    return certificate;
  }
}

/**
 * As kube-apiserver: the common name is the user, organizations are its groups, and the credential is named by the digest
 * of the certificate. One without a common name is as good as none.
 */
function read(socket: TLSSocket): ClientCertificate | undefined {
  const peer = socket.getPeerCertificate();
  // Node gives an empty object where there is none.
  if (peer === null || !("raw" in peer)) return undefined;
  if (!socket.authorized) return { kind: "refused" };
  const [name = ""] = textsOf(peer.subject.CN);
  if (name === "") return undefined;
  const digest = createHash("sha256").update(peer.raw).digest("hex");
  return {
    kind: "verified",
    user: {
      name,
      groups: textsOf(peer.subject.O),
      extra: { "authentication.kubernetes.io/credential-id": [`X509SHA256=${digest}`] },
    },
  };
}

function textsOf(field: string | readonly string[] | undefined): readonly string[] {
  if (field === undefined) return [];
  return typeof field === "string" ? [field] : field;
}

import { jsonEqual } from "@weir/objects";
import type { Access } from "../../auth/access.ts";
import { asJson, child, text } from "../../resources/draft-access.ts";
import { readCertificateRequest } from "../../validation/certificate-request.ts";
import { type AdmissionPlugin, creates, type PluginWrite, refuse } from "./plugin.ts";

const REQUESTS = "/certificates.k8s.io/certificatesigningrequests/";
const API_CLIENT = "kubernetes.io/kube-apiserver-client";
const MASTERS = "system:masters";

/** Only who may do so with a signer's requests approves them. */
export function certificateApproval(access: Access): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    prefixes: [REQUESTS],
    validate: (write) =>
      write.request.subresource === "approval" ? requireSigner(access, write, "approve") : undefined,
  };
}

/** Only who may do so with a signer's requests signs them. */
export function certificateSigning(access: Access): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    prefixes: [REQUESTS],
    validate(write) {
      const { request, object, old } = write;
      if (request.subresource !== "status" || old === undefined) return undefined;
      const [now, before] = [child(object, "status") ?? {}, child(asJson(old), "status") ?? {}];
      const isSame =
        text(now, "certificate") === text(before, "certificate") &&
        jsonEqual(now["conditions"] ?? [], before["conditions"] ?? []);
      return isSame ? undefined : requireSigner(access, write, "sign");
    },
  };
}

async function requireSigner(
  access: Access,
  { request, object, old }: PluginWrite,
  verb: "approve" | "sign",
): Promise<void> {
  if (old === undefined) return;
  const signer = text(child(asJson(old), "spec"), "signerName");
  const domain = signer.split("/")[0] ?? "";
  for (const name of [signer, `${domain}/*`]) {
    const decision = await access.decide({
      user: request.context.user,
      verb,
      group: "certificates.k8s.io",
      resource: "signers",
      subresource: "",
      namespace: "",
      name,
    });
    if (decision.isAllowed) return;
  }
  const shown = JSON.stringify(signer);
  throw refuse(request, object, `user not permitted to ${verb} requests with signerName ${shown}`);
}

/** Nobody becomes an administrator by a certificate. */
export const certificateSubject: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  prefixes: [REQUESTS],
  validate({ request, object }) {
    const spec = child(object, "spec");
    if (!creates(request) || text(spec, "signerName") !== API_CLIENT) return;
    const read = readCertificateRequest(Buffer.from(text(spec, "request"), "base64").toString("latin1"));
    if (read.kind === "refused") throw refuse(request, object, `failed to parse CSR: ${read.why}`);
    if (read.request.organizations.includes(MASTERS))
      throw refuse(request, object, `use of ${API_CLIENT} signer with ${MASTERS} group is not allowed`);
  },
};

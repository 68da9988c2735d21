import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { CertificateSigningRequest } from "@weir/builtin/certificates-v1";
import { describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";
import { makeRequest, type RequestSubject } from "./certificate-request.ts";
import { eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";

const CLIENT = "kubernetes.io/kube-apiserver-client";
const KUBELET = "kubernetes.io/kube-apiserver-client-kubelet";
const SERVING = "kubernetes.io/kubelet-serving";

interface Wanted {
  readonly subject: RequestSubject;
  readonly signerName: string;
  readonly usages: readonly string[];
  readonly expirationSeconds?: number;
}

/** Asks for a certificate; gives the key that it is for. */
async function ask(cluster: Cluster, name: string, { subject, ...wanted }: Wanted): Promise<string> {
  const { request: encoded, key } = makeRequest(subject);
  await cluster.client.create(CertificateSigningRequest, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { ...wanted, usages: [...wanted.usages], request: encoded },
  });
  return key;
}

async function approve(cluster: Cluster, name: string): Promise<void> {
  const condition = { type: "Approved", status: "True", reason: "Test", message: "as is wanted" };
  const patch = { status: { conditions: [condition] } };
  await cluster.client.patch(
    CertificateSigningRequest,
    { name },
    { type: "merge", patch },
    { subresource: "approval" },
  );
}

async function certificateOf(cluster: Cluster, name: string): Promise<string> {
  const found = await eventually(async () => {
    const found = await cluster.client.get(CertificateSigningRequest, { name });
    expect(found?.status?.certificate ?? "").not.toBe("");
    return found?.status?.certificate ?? "";
  });
  return Buffer.from(found, "base64").toString();
}

describe("a request for a certificate", () => {
  test("is signed once it is approved, and its certificate says who a client is", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {}, authorization: "RBAC" });
    const subject = { commonName: "jane", organizations: ["devs"] };
    const usages = ["client auth", "digital signature"];
    const key = await ask(cluster, "jane", { subject, signerName: CLIENT, usages, expirationSeconds: 3600 });
    await approve(cluster, "jane");
    const certificate = await certificateOf(cluster, "jane");
    const read = new X509Certificate(certificate);
    expect(read.verify(new X509Certificate(cluster.certificateAuthority).publicKey)).toBe(true);
    expect(read.validToDate.getTime() - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    const sent = request(`${cluster.endpoint?.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
      method: "POST",
      ca: cluster.certificateAuthority,
      agent: false,
      headers: { "content-type": "application/json" },
      cert: certificate,
      key,
    });
    sent.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }));
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const { status } = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly status: {
        readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
      };
    };
    expect(status.userInfo.username).toBe("jane");
    expect(status.userInfo.groups).toEqual(["devs", "system:authenticated"]);
  });

  test("of a kubelet for itself is approved by itself", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {} });
    const subject = { commonName: "system:node:n1", organizations: ["system:nodes"] };
    await ask(cluster, "n1", { subject, signerName: KUBELET, usages: ["client auth", "digital signature"] });
    const certificate = await certificateOf(cluster, "n1");
    expect(new X509Certificate(certificate).subject).toBe("O=system:nodes\nCN=system:node:n1");
    const approved = await cluster.client.get(CertificateSigningRequest, { name: "n1" });
    expect(approved?.status?.conditions?.[0]?.reason).toBe("AutoApproved");
  });

  test("that its signer refuses fails, whoever approved it", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {} });
    const subject = { commonName: "system:node:n1", organizations: ["system:nodes"] };
    await ask(cluster, "n1", { subject, signerName: SERVING, usages: ["server auth", "digital signature"] });
    await approve(cluster, "n1");
    const conditions = await eventually(async () => {
      const found = await cluster.client.get(CertificateSigningRequest, { name: "n1" });
      expect(found?.status?.conditions).toHaveLength(2);
      return found?.status?.conditions;
    });
    expect(conditions?.[1]).toMatchObject({
      type: "Failed",
      reason: "SignerValidationFailure",
      message: "DNS or IP subjectAltName is required",
    });
  });

  test("keeps the names by which a server is reached", async () => {
    await using cluster = await startCluster({ logger: loudLogger, listen: {} });
    const subject = { commonName: "system:node:n1", organizations: ["system:nodes"], dnsNames: ["n1.local"] };
    await ask(cluster, "n1", { subject, signerName: SERVING, usages: ["server auth", "digital signature"] });
    await approve(cluster, "n1");
    const read = new X509Certificate(await certificateOf(cluster, "n1"));
    expect(read.checkHost("n1.local")).toBe("n1.local");
    expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });
});

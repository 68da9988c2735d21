import { readCertificateRequest } from "@weir/apiserver";
import { SubjectAccessReview } from "@weir/builtin/authorization-v1";
import { CertificateSigningRequest } from "@weir/builtin/certificates-v1";
import type { Outcome } from "@weir/core";
import { type Controller, createController, keyOf, type ReconcileContext } from "@weir/sdk";
import type { CertificateAuthority } from "../listener/certificate.ts";
import { CONTROLLER_MANAGER } from "../workloads/workload-options.ts";
import { dueForRemoval } from "./request-age.ts";
import { type AskedFor, kubeletProblem, signerRefusal, SIGNERS } from "./signer-checks.ts";

/** Who signs. */
export type RequestSigner = Pick<CertificateAuthority, "sign" | "notAfterMs">;

const MINUTE_MS = 60_000;
/** As kube-controller-manager's `--cluster-signing-duration`. */
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;
const SHORTEST_MS = 10 * MINUTE_MS;
/** Clocks of clients may be behind. */
const BACKDATED_MS = 5 * MINUTE_MS;
/** What lives shorter does not end earlier for that. */
const SHORT_MS = 8 * 60 * MINUTE_MS;

/**
 * Signs approved requests of the signers that are Kubernetes' own, approves the requests of kubelets for client certificates
 * that may make them, and removes old requests.
 */
export function certificateController(signer: RequestSigner): Controller {
  return createController("certificatesigningrequest", { concurrency: 2, component: CONTROLLER_MANAGER })
    .for(CertificateSigningRequest)
    .reconcile(async (request, ctx): Promise<Outcome | void> => {
      const nowMs = ctx.clock.now();
      const leftMs = dueForRemoval(request) - nowMs;
      if (leftMs <= 0) {
        await ctx.delete(CertificateSigningRequest, keyOf(request));
        return undefined;
      }
      const asked = askedFor(request);
      if (asked !== undefined && (request.status?.certificate ?? "") === "") {
        if (hasCondition(request, "Approved")) await signRequest(request, { asked, signer, nowMs }, ctx);
        else if (!hasCondition(request, "Denied")) await approveKubelet(request, asked, ctx);
      }
      return { kind: "settled", recheckAfterMs: Math.min(leftMs, 24 * 60 * MINUTE_MS) };
    });
}

type Context = ReconcileContext<CertificateSigningRequest>;

function hasCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((each) => each.type === type && each.status === "True") ?? false;
}

function askedFor({ spec }: CertificateSigningRequest): AskedFor | undefined {
  if (spec === undefined) return undefined;
  const read = readCertificateRequest(Buffer.from(spec.request ?? "", "base64").toString("latin1"));
  if (read.kind === "refused") return undefined;
  return { signerName: spec.signerName, usages: spec.usages ?? [], request: read.request };
}

async function signRequest(
  request: CertificateSigningRequest,
  {
    asked,
    signer,
    nowMs,
  }: { readonly asked: AskedFor; readonly signer: RequestSigner; readonly nowMs: number },
  ctx: Context,
): Promise<void> {
  const refusal = signerRefusal(asked);
  if (refusal === "not ours" || hasCondition(request, "Failed")) return;
  if (refusal !== undefined) {
    const failed = { type: "Failed", status: "True", reason: "SignerValidationFailure", message: refusal };
    await ctx.update(
      CertificateSigningRequest,
      keyOf(request),
      (current) => ({
        ...current,
        status: { ...current.status, conditions: [...(current.status?.conditions ?? []), failed] },
      }),
      { subresource: "status" },
    );
    return;
  }
  const pem = signer.sign({
    ...asked.request,
    usages: asked.usages,
    notBeforeMs: nowMs - BACKDATED_MS,
    notAfterMs: Math.min(nowMs + lifetimeMs(request), signer.notAfterMs),
  });
  const certificate = Buffer.from(pem).toString("base64");
  await ctx.update(
    CertificateSigningRequest,
    keyOf(request),
    (current) => ({ ...current, status: { ...current.status, certificate } }),
    { subresource: "status" },
  );
}

/** As long as is asked for, between ten minutes and a year. */
function lifetimeMs({ spec }: CertificateSigningRequest): number {
  const asked = spec?.expirationSeconds === undefined ? YEAR_MS : spec.expirationSeconds * 1000;
  const lifetime = Math.max(SHORTEST_MS, Math.min(asked, YEAR_MS));
  return lifetime < SHORT_MS ? lifetime : lifetime - BACKDATED_MS;
}

/** Nodes get their client certificates by themselves, where whoever asks may have them. */
async function approveKubelet(
  request: CertificateSigningRequest,
  { signerName, usages, request: read }: AskedFor,
  ctx: Context,
): Promise<void> {
  if (signerName !== SIGNERS.kubelet || kubeletProblem(usages, read) !== undefined) return;
  const isOwn = request.spec?.username === read.commonName;
  const ways = [
    ...(isOwn ? [["selfnodeclient", "self kubelet client certificate"] as const] : []),
    ["nodeclient", "kubelet client certificate"] as const,
  ];
  for (const [subresource, what] of ways) {
    if (!(await mayCreate(request, subresource, ctx))) continue;
    const message = `Auto approving ${what} after SubjectAccessReview.`;
    const approved = { type: "Approved", status: "True", reason: "AutoApproved", message };
    await ctx.update(
      CertificateSigningRequest,
      keyOf(request),
      (current) => ({
        ...current,
        status: { ...current.status, conditions: [...(current.status?.conditions ?? []), approved] },
      }),
      { subresource: "approval" },
    );
    return;
  }
}

async function mayCreate(
  { spec }: CertificateSigningRequest,
  subresource: string,
  ctx: Context,
): Promise<boolean> {
  const { username = "", uid = "", groups = [], extra = {} } = spec ?? {};
  const review = await ctx.client.create(SubjectAccessReview, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: {
      user: username,
      uid,
      groups,
      extra,
      resourceAttributes: {
        group: "certificates.k8s.io",
        resource: "certificatesigningrequests",
        verb: "create",
        subresource,
        version: "*",
      },
    },
  });
  return review.status?.allowed ?? false;
}

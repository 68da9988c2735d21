import { X509Certificate } from "node:crypto";
import type { CertificateSigningRequest } from "@weir/builtin/certificates-v1";
import { millisecondsOf } from "../workloads/timestamp.ts";

const HOUR_MS = 3_600_000;
const DECIDED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;
const DECISIONS = ["Approved", "Denied", "Failed"];

/**
 * When a request for a certificate is removed, in milliseconds since 1970, as kube-controller-manager does: an hour after it
 * was decided on, a day after it was made where nobody did, and when its certificate has ended.
 */
export function dueForRemoval({ metadata, status }: CertificateSigningRequest): number {
  const conditions = status?.conditions ?? [];
  const times = conditions
    .filter(({ type }) => DECISIONS.includes(type))
    .map(({ lastUpdateTime }) => (millisecondsOf(lastUpdateTime) ?? Number.POSITIVE_INFINITY) + DECIDED_MS);
  if (conditions.length === 0)
    times.push((millisecondsOf(metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY) + PENDING_MS);
  return Math.min(Number.POSITIVE_INFINITY, ...times, endOf(status?.certificate ?? ""));
}

function endOf(certificate: string): number {
  if (certificate === "") return Number.POSITIVE_INFINITY;
  try {
    return new X509Certificate(Buffer.from(certificate, "base64")).validToDate.getTime();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

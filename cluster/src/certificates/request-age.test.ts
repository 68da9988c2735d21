import type { CertificateSigningRequest } from "@weir/builtin/certificates-v1";
import { describe, expect, test } from "vitest";
import { dueForRemoval } from "./request-age.ts";

const made = "2030-01-01T00:00:00Z";
const decided = "2030-01-01T05:00:00Z";
const madeMs = Date.parse(made);
const hour = 3_600_000;

function aged(conditions?: readonly { readonly type: string }[]): CertificateSigningRequest {
  const status = conditions?.map(({ type }) => ({ type, status: "True", lastUpdateTime: decided }));
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "a", creationTimestamp: made },
    spec: { request: "", signerName: "a.b/c" },
    ...(status === undefined ? {} : { status: { conditions: status } }),
  } as CertificateSigningRequest;
}

describe("the time at which a request for a certificate goes", () => {
  test.each([
    { name: "is a day after it was made where nobody decided", request: aged(), want: madeMs + 24 * hour },
    {
      name: "is an hour after it was approved",
      request: aged([{ type: "Approved" }]),
      want: madeMs + 6 * hour,
    },
    { name: "is an hour after it was denied", request: aged([{ type: "Denied" }]), want: madeMs + 6 * hour },
    {
      name: "never comes for what says something else",
      request: aged([{ type: "Other" }]),
      want: Number.POSITIVE_INFINITY,
    },
  ])("$name", ({ request, want }) => {
    expect(dueForRemoval(request)).toBe(want);
  });
});

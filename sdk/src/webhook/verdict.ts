import type { JsonObject, JsonValue } from "@weir/core";
import { invalidError, type Status } from "@weir/objects";
import type { FieldError } from "@weir/schema";

/** A refused request, as the API server tells its client. */
export interface Denial {
  readonly kind: "denied";
  readonly message: string;
  /** 403 by default. */
  readonly code?: number;
  /** `Forbidden` by default. */
  readonly reason?: string;
}

/** Refuses a request: `return deny("no replicas on Fridays")`. */
export function deny(message: string, options: Omit<Denial, "kind" | "message"> = {}): Denial {
  return { kind: "denied", message, ...options };
}

/**
 * What a hook finds: nothing (the request is allowed), a denial, or fields that are refused, which the client sees as
 * it sees those of the API server itself.
 */
export type Verdict = Denial | readonly FieldError[] | void;

/** The part of a review's response that a verdict decides. */
export interface Decision {
  readonly allowed: boolean;
  readonly status: JsonObject;
}

/** A verdict as a response says it. */
export function decisionOf(
  verdict: Verdict,
  subject: { readonly group: string; readonly kind: string; readonly name: string },
): Decision {
  if (verdict === undefined || (isFieldErrors(verdict) && verdict.length === 0)) return ALLOWED;
  if (isFieldErrors(verdict)) {
    const { status } = invalidError({ group: subject.group, kind: subject.kind }, subject.name, verdict);
    return refusedBy(status);
  }
  const { message, code = 403, reason = "Forbidden" } = verdict;
  return { allowed: false, status: { code, reason, message } };
}

const ALLOWED: Decision = { allowed: true, status: { code: 200 } };

/** A Status that refuses, passed on as it is. */
export function refusedBy(status: Status): Decision {
  return { allowed: false, status: status as unknown as JsonObject };
}

/** Something went wrong on the way to a verdict. */
export function erred(code: number, message: string): Decision {
  return { allowed: false, status: { code, message } };
}

function isFieldErrors(verdict: Denial | readonly FieldError[]): verdict is readonly FieldError[] {
  return Array.isArray(verdict);
}

/** A review's response as JSON. */
export function reviewResponse(
  apiVersion: string,
  uid: string,
  decision: Decision,
  more: Readonly<Record<string, JsonValue>> = {},
): JsonObject {
  const { allowed, status } = decision;
  return { kind: "AdmissionReview", apiVersion, response: { uid, allowed, status, ...more } };
}

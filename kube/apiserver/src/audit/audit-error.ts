import { WeirError } from "@weir/core";

/** An audit policy cannot be used; the message names the field. */
export class AuditPolicyError extends WeirError {
  override readonly name = "AuditPolicyError";
  readonly reason = "InvalidAuditPolicy";
  readonly retry = "never";
}

/** The file of an audit log cannot be opened or written. */
export class AuditLogError extends WeirError {
  override readonly name = "AuditLogError";
  readonly reason = "AuditLogFailed";
  readonly retry = "backoff";
  readonly path: string;

  constructor(path: string, options: { readonly cause: unknown }) {
    super(`cannot write the audit log ${path}`, options);
    this.path = path;
  }
}

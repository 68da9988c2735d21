/** How far an object is from what its spec asks for, in kstatus' words. */
export type KstatusStatus = "Current" | "InProgress" | "Failed" | "Terminating" | "NotFound" | "Unknown";

/** A condition that a well-behaved object of this status would carry. */
export interface KstatusCondition {
  readonly type: "Reconciling" | "Stalled";
  readonly status: "True";
  readonly reason: string;
  readonly message: string;
}

/** What kstatus says of an object, and why. */
export interface KstatusResult {
  readonly status: KstatusStatus;
  readonly message: string;
  readonly conditions: readonly KstatusCondition[];
}

/** Nothing is left to do. */
export function current(message: string): KstatusResult {
  return { status: "Current", message, conditions: [] };
}

/** The controller is at work, or has yet to begin. */
export function inProgress(reason: string, message: string): KstatusResult {
  const condition = { type: "Reconciling", status: "True", reason, message } as const;
  return { status: "InProgress", message, conditions: [condition] };
}

/** The controller has given up; the condition may say more than the message. */
export function failed(reason: string, message: string, detail = message): KstatusResult {
  const condition = { type: "Stalled", status: "True", reason, message: detail } as const;
  return { status: "Failed", message, conditions: [condition] };
}

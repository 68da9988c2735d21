import { WeirError } from "@weir/core";

/** Says that no retry will help until the spec changes: the object becomes Stalled. */
export class TerminalError extends WeirError {
  override readonly name = "TerminalError";
  readonly reason: string;
  readonly retry = "never";

  constructor(message: string, options: { readonly reason?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = options.reason ?? "TerminalError";
  }
}

/** A run took longer than its controller allows. */
export class ReconcileTimeoutError extends WeirError {
  override readonly name = "ReconcileTimeoutError";
  readonly reason = "ReconcileTimeout";
  readonly retry = "backoff";

  constructor(timeoutMs: number) {
    super(`the reconcile took longer than ${timeoutMs / 1000}s`);
  }
}

/** A run went on after its signal aborted, and is no longer waited for; what it still tries to write is refused. */
export class RunClosedError extends WeirError {
  override readonly name = "RunClosedError";
  readonly reason = "RunClosed";
  readonly retry = "never";

  constructor(key: string) {
    super(`the reconcile of ${key} has ended; its context can no longer be used`);
  }
}

/** The manager stops. */
export class ManagerStoppedError extends WeirError {
  override readonly name = "ManagerStoppedError";
  readonly reason = "ManagerStopped";
  readonly retry = "backoff";

  constructor() {
    super("the manager stops");
  }
}

/** A newer state asked for the key that is being reconciled. */
export class SupersededError extends WeirError {
  override readonly name = "SupersededError";
  readonly reason = "Superseded";
  readonly retry = "backoff";

  constructor(key: string) {
    super(`a newer state of ${key} waits to be reconciled`);
  }
}

/** A reconcile threw something that is no `WeirError`: a bug of the controller, not of the world. */
export class ReconcilePanicError extends WeirError {
  override readonly name = "ReconcilePanicError";
  readonly reason = "ReconcilePanic";
  readonly retry = "backoff";

  constructor(cause: unknown) {
    super("the reconcile threw an unexpected error", { cause });
  }
}

/** A reconcile returned something that is no outcome. */
export class InvalidOutcomeError extends WeirError {
  override readonly name = "InvalidOutcomeError";
  readonly reason = "InvalidOutcome";
  readonly retry = "backoff";

  constructor() {
    super("the reconcile returned something that is neither nothing nor an outcome");
  }
}

/** An owner reference that the garbage collector would not honour. */
export class OwnerReferenceError extends WeirError {
  override readonly name = "OwnerReferenceError";
  readonly reason = "InvalidOwnerReference";
  readonly retry = "never";
}

/** The function of an update gave something that is not the object it was asked about. */
export class InvalidUpdateError extends WeirError {
  override readonly name = "InvalidUpdateError";
  readonly reason = "InvalidUpdate";
  readonly retry = "never";

  constructor(kind: string, key: string) {
    super(`the update of ${kind} ${key} gave another object, or none`);
  }
}

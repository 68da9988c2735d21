/** When an operation that ended in an error may be tried again. */
export type RetryPolicy = "backoff" | "next-interval" | "never";

/**
 * The base of every error that Weir throws, so that a caller can turn any failure into a condition.
 *
 * Subclasses give a literal `name` (it survives bundling), a PascalCase `reason` that is stable API (a condition's
 * reason), and `retry`. The message says what failed and on what, in lower case and without a full stop; what caused it
 * belongs in `cause`, never in the message. Messages are built from typed fields, so that no secret gets in by accident.
 */
export abstract class WeirError extends Error {
  abstract override readonly name: string;
  abstract readonly reason: string;
  abstract readonly retry: RetryPolicy;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }
}

/** A failed invariant: a bug in Weir itself, never a user's mistake. */
export class InvariantError extends WeirError {
  override readonly name = "InvariantError";
  readonly reason = "InternalError";
  readonly retry = "backoff";
}

/** Throws an `InvariantError` unless the condition holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(`this is a bug in weir: ${message}`);
}

/** Closes an exhaustive `switch`: reaching it is a compile error, and a bug at run time. */
export function assertNever(value: never): never {
  throw new InvariantError(`this is a bug in weir: unexpected value ${JSON.stringify(value)}`);
}

/** Joins an error and its causes, outermost first, as Go's `%w` reads: `cannot do x: because of y`. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let current: unknown = error;
  while (current !== undefined && current !== null && !seen.has(current)) {
    seen.add(current);
    if (!(current instanceof Error)) {
      parts.push(String(current));
      break;
    }
    parts.push(current.message);
    current = current.cause;
  }
  return parts.filter((part) => part !== "").join(": ");
}

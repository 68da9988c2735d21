import { WeirError } from "@weir/core";
import { YamlError } from "@weir/yaml";

/** Where in the tree a build failed, as far as that is known. */
export interface KustomizeErrorFields {
  /** The file, relative to the root of the tree. */
  readonly file?: string;
  /** The field of the kustomization or the path inside a resource. */
  readonly field?: string;
  /** The line in `file`, counted from 1. */
  readonly line?: number;
  /** The column in that line, counted from 1. */
  readonly column?: number;
  /** The URL that a build may not fetch, or could not. */
  readonly remote?: string;
  /** What kustomize prints on standard error before the build fails. */
  readonly warnings?: readonly string[];
  readonly cause?: unknown;
}

/**
 * A build failed; the message is what kustomize prints after `error: `.
 *
 * Messages keep upstream's wording, prefixes and quoting, because they are compared byte for byte; where upstream names
 * an absolute path, it is written under `$ROOT`.
 */
export class KustomizeError extends WeirError {
  override readonly name = "KustomizeError";
  readonly reason = "BuildFailed";
  readonly retry = "next-interval";
  readonly file: string | undefined;
  readonly field: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly remote: string | undefined;
  readonly warnings: readonly string[];

  constructor(message: string, fields: KustomizeErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.file = fields.file;
    this.field = fields.field;
    this.line = fields.line;
    this.column = fields.column;
    this.remote = fields.remote;
    this.warnings = fields.warnings ?? [];
  }
}

/** The message of anything thrown while building, without its causes: upstream's texts already hold them. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs `action` and puts `prefix: ` in front of the message of what it throws. */
export function withPrefix<Value>(prefix: string | (() => string), action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw prefixed(error, typeof prefix === "string" ? prefix : prefix());
  }
}

/** The same error with `prefix: ` in front; keeps the fields of the innermost one. */
export function prefixed(error: unknown, prefix: string): KustomizeError {
  return new KustomizeError(`${prefix}: ${messageOf(error)}`, { ...fieldsOf(error), cause: error });
}

/** The same error with the file that it is about, where it does not name one yet. */
export function inFile(error: unknown, file: string): KustomizeError {
  return new KustomizeError(messageOf(error), { file, ...fieldsOf(error), cause: error });
}

/** The same error in other words; keeps its fields. */
export function reworded(error: unknown, message: string): KustomizeError {
  return new KustomizeError(message, { ...fieldsOf(error), cause: error });
}

/**
 * The same error with the place of a field in a kustomization file, where it names no file yet. What is no error of a
 * build passes as it is.
 */
export function withPlace(
  error: unknown,
  file: string,
  field: string,
  find: () => { readonly line: number; readonly column: number } | undefined,
): unknown {
  if (!(error instanceof KustomizeError) || error.file !== undefined) return error;
  return new KustomizeError(error.message, { file, field, ...fieldsOf(error), ...find(), cause: error });
}

/** The same error at another place of its file, or at none that is known. */
export function movedTo(
  error: KustomizeError,
  place: { readonly line: number; readonly column: number } | undefined,
): KustomizeError {
  const { file, field, remote } = fieldsOf(error);
  return new KustomizeError(error.message, {
    ...(file === undefined ? {} : { file }),
    ...(field === undefined ? {} : { field }),
    ...(remote === undefined ? {} : { remote }),
    ...place,
    warnings: error.warnings,
    cause: error,
  });
}

function fieldsOf(error: unknown): KustomizeErrorFields {
  if (!(error instanceof KustomizeError) && !(error instanceof YamlError)) return {};
  const { line, column } = error;
  const { file, field, remote } = error instanceof KustomizeError ? error : NO_FIELDS;
  return {
    ...(file === undefined ? {} : { file }),
    ...(field === undefined ? {} : { field }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(remote === undefined ? {} : { remote }),
  };
}

const NO_FIELDS: KustomizeErrorFields = {};

/** The same error with the warnings that came before it. */
export function withWarnings(error: unknown, warnings: readonly string[]): unknown {
  if (!(error instanceof KustomizeError) || warnings.length === 0) return error;
  return new KustomizeError(error.message, { ...fieldsOf(error), warnings, cause: error.cause });
}

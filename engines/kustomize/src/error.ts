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

  constructor(message: string, fields: KustomizeErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.file = fields.file;
    this.field = fields.field;
    this.line = fields.line;
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

function fieldsOf(error: unknown): KustomizeErrorFields {
  if (error instanceof YamlError) return error.line === undefined ? {} : { line: error.line };
  if (!(error instanceof KustomizeError)) return {};
  const { file, field, line } = error;
  return {
    ...(file === undefined ? {} : { file }),
    ...(field === undefined ? {} : { field }),
    ...(line === undefined ? {} : { line }),
  };
}

import { ExplainError } from "./explain-error.ts";

/** An object, and perhaps one of its fields. */
export interface ExplainSelector {
  /** Absent where any namespace will do. */
  readonly namespace?: string;
  readonly kind: string;
  /** Absent where any group will do. */
  readonly group?: string;
  /** The name in the output, or any that the object had before. */
  readonly name: string;
  /** The path of a field as it was written; empty for the whole object. */
  readonly field: string;
}

const GRAMMAR = "[NAMESPACE/]KIND[.GROUP]/NAME[:FIELD.PATH]";

/**
 * Reads `[NAMESPACE/]KIND[.GROUP]/NAME[:FIELD.PATH]`. A colon of the name itself is written `\:`.
 *
 * Throws an `ExplainError` where the text is something else.
 */
export function parseSelector(text: string): ExplainSelector {
  const colon = /(?<!\\):/.exec(text)?.index ?? text.length;
  const parts = text.slice(0, colon).replaceAll("\\:", ":").split("/");
  const field = text.slice(colon + 1);
  const [name = "", typed = "", namespace] = parts.toReversed();
  if (parts.length > 3 || name === "" || typed === "" || namespace === "") {
    throw new ExplainError("InvalidSelector", text, `an object is written ${GRAMMAR}`);
  }
  const [kind = "", ...group] = typed.split(".");
  return {
    kind,
    name,
    field,
    ...(namespace === undefined ? {} : { namespace }),
    ...(group.length === 0 ? {} : { group: group.join(".") }),
  };
}

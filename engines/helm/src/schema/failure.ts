import { quoted } from "./failure-text.ts";
import { escapeToken } from "./schema-pointer.ts";
import { SchemaBudgetError } from "./schema-error.ts";

/** Where in the values something stands: a key or an index below another place. */
export interface Place {
  readonly above: Place | undefined;
  readonly token: string;
}

/** One thing that keeps values from meeting a schema, and what that came from. */
export interface Failure {
  /** A group only holds its causes together; a reference with one cause is passed over in the text. */
  readonly kind: "plain" | "group" | "reference";
  readonly at: Place | undefined;
  readonly text: string;
  readonly causes: readonly Failure[];
}

/** Says that something failed where nobody asks what. */
export const silentFailure: Failure = { kind: "plain", at: undefined, text: "", causes: [] };

/** Failures of one chart take no more room than this. */
const MAX_TEXT = 4 * 1024 * 1024;

/** Writes failures one a line, `- at '/path': text`, with their causes indented below. */
export function failureLines(failures: readonly Failure[], indent = 0): string {
  const lines: string[] = [];
  const writer = { lines, length: 0 };
  for (const failure of failures) writeFailure(writer, failure, indent);
  return lines.join("\n");
}

interface Writer {
  readonly lines: string[];
  length: number;
}

function writeFailure(writer: Writer, failure: Failure, indent: number): void {
  const isShown = failure.kind !== "reference" || failure.causes.length !== 1;
  if (isShown) {
    const line = `${"  ".repeat(indent)}- at ${quoted(pointerTo(failure.at))}: ${failure.text}`;
    writer.length += line.length;
    if (writer.length > MAX_TEXT) {
      throw new SchemaBudgetError(`failures of the schema take more than ${MAX_TEXT} characters`);
    }
    writer.lines.push(line);
  }
  for (const cause of failure.causes) writeFailure(writer, cause, isShown ? indent + 1 : indent);
}

function pointerTo(place: Place | undefined): string {
  const tokens: string[] = [];
  for (let at = place; at !== undefined; at = at.above) tokens.push(escapeToken(at.token));
  return tokens.length === 0 ? "" : `/${tokens.reverse().join("/")}`;
}

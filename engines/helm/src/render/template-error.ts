import { WeirError } from "@weir/core";
import { TemplateExecError, TemplateParseError } from "@weir/gotemplate";
import { GoCallError } from "@weir/text";

import { markedMessage } from "../functions/template-functions.ts";
import { trimSpace } from "../manifests/go-space.ts";

/** A chart's template cannot be parsed or executed; the message is Helm's, with its line breaks. */
export class ChartTemplateError extends WeirError {
  override readonly name = "ChartTemplateError";
  readonly reason = "TemplateFailed";
  readonly retry = "never";
  /** The template that was parsed or executed: `chart/templates/service.yaml`. */
  readonly template: string;

  constructor(template: string, message: string, options: { readonly cause: unknown }) {
    super(message, options);
    this.template = template;
  }
}

/** Helm's words for a template that cannot be parsed: where it is, and the last part of what Go says. */
export function parseFailure(template: string, error: TemplateParseError): ChartTemplateError {
  const tokens = error.message.split(": ");
  const message =
    tokens.length === 1
      ? `parse error in (${template}): ${error.message}`
      : `parse error at (${tokens[1]}): ${tokens.at(-1)}`;
  return new ChartTemplateError(template, message, { cause: error });
}

/**
 * Helm's words for a template that failed, in one of three shapes: what `fail` and `required` say, with the place where
 * the executed template stood; a trace of three lines for each template on the way; or Go's own chain, where any part of
 * it is not of the form that Helm reads.
 */
export function executionFailure(template: string, error: TemplateExecError): ChartTemplateError {
  return new ChartTemplateError(template, failureText(template, error), { cause: error });
}

function failureText(template: string, error: TemplateExecError): string {
  const { message } = error;
  const [, location, rest] = cutTwice(message);
  if (location === undefined || rest === undefined) return `execution error in (${template}): ${message}`;
  const marked = markedMessage(rest);
  if (marked !== undefined) return `execution error at (${location}): ${marked}`;
  const traces: string[] = [];
  for (const text of chainOf(error)) {
    const trace = traceOf(text);
    if (trace === undefined) return message;
    if (traces.at(-1) !== trace) traces.push(trace);
  }
  return trimSpace(traces.join(""));
}

/** `strings.SplitN(text, ": ", 3)`. */
function cutTwice(text: string): readonly string[] {
  const [first = "", second, ...rest] = text.split(": ");
  if (second === undefined || rest.length === 0) return [first];
  return [first, second, rest.join(": ")];
}

/** The texts of an error and its causes, as far as these are errors of Go. */
function* chainOf(error: TemplateExecError): Generator<string> {
  let current: unknown = error;
  while (
    current instanceof TemplateExecError ||
    current instanceof GoCallError ||
    current instanceof TemplateParseError
  ) {
    yield current.message;
    current = current.cause;
  }
}

const PREFIX = "template: ";

/** The lines that Helm makes of one error, or `undefined` where it does not know its form. */
function traceOf(text: string): string | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const rest = text.slice(PREFIX.length);
  if (rest.startsWith("no template ")) return linesOf("", "", text);
  return traceOfExecution(rest) ?? traceOfPlace(rest);
}

/** `NAME:LINE:COLUMN: executing "NAME" at <NODE>: MESSAGE`. */
function traceOfExecution(rest: string): string | undefined {
  const [place, executed] = cut(rest, ": executing ");
  if (executed === undefined || !executed.startsWith('"')) return undefined;
  const [name, after] = cut(executed.slice(1), '"');
  if (after === undefined || !after.startsWith(" at <")) return undefined;
  const [node, message] = cut(after.slice(" at <".length), ">: ");
  if (message === undefined) return undefined;
  return linesOf(place, `executing "${name}" at <${node}>:`, withoutNext(message));
}

/** `NAME:LINE: MESSAGE`. */
function traceOfPlace(rest: string): string | undefined {
  const at = rest.lastIndexOf(": ");
  return at < 0 ? undefined : linesOf(rest.slice(0, at), "", withoutNext(rest.slice(at + 2)));
}

/** The next error of a chain starts with a space. */
function withoutNext(message: string): string {
  return cut(message, " template:")[0];
}

function linesOf(place: string, executing: string, message: string): string {
  const first = place === "" ? "" : `${place}\n  `;
  const second = executing === "" ? "" : `${executing}\n    `;
  return first + second + (message === "" ? "" : `${message}\n`);
}

function cut(text: string, separator: string): readonly [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

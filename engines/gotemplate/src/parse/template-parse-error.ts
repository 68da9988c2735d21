import { WeirError } from "@weir/core";

/** A text is not a template. The message is Go's: `template: t:3: unexpected "}" in operand`. */
export class TemplateParseError extends WeirError {
  override readonly name = "TemplateParseError";
  readonly reason = "InvalidTemplate";
  readonly retry = "never";
  /** The name that the text was parsed under. */
  readonly templateName: string;
  /** Counted from 1. */
  readonly line: number;
  /** The message without the place. */
  readonly problem: string;

  constructor(place: { readonly name: string; readonly line: number }, problem: string) {
    super(`template: ${place.name}:${place.line}: ${problem}`);
    this.templateName = place.name;
    this.line = place.line;
    this.problem = problem;
  }
}

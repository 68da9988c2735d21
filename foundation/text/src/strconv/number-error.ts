import { WeirError } from "@weir/core";

import { quoteGo } from "../quote.ts";

/** Which of Go's functions reads the number: its error names it. */
export type NumberParser = "ParseInt" | "ParseUint" | "ParseFloat" | "ParseBool" | "Atoi";

/** A text is no number, or one that its type cannot hold: `strconv.ParseInt: parsing "x": invalid syntax`. */
export class GoNumberError extends WeirError {
  override readonly name = "GoNumberError";
  readonly reason = "InvalidNumber";
  readonly retry = "never";
  readonly text: string;
  readonly problem: "invalid syntax" | "value out of range";

  constructor(parser: NumberParser, text: string, problem: "invalid syntax" | "value out of range") {
    super(`strconv.${parser}: parsing ${quoteGo(text)}: ${problem}`);
    this.text = text;
    this.problem = problem;
  }
}

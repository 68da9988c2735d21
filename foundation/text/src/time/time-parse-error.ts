import { WeirError } from "@weir/core";

import { utf8Bytes } from "../go-value/utf8-text.ts";

/** A text is no time of its layout: `parsing time "x" as "2006": cannot parse "x" as "2006"`. */
export class TimeParseError extends WeirError {
  override readonly name = "TimeParseError";
  readonly reason = "InvalidTime";
  readonly retry = "never";
  readonly layout: string;
  readonly value: string;

  constructor(layout: string, value: string, problem: string) {
    super(`parsing time ${quoteAsTime(value)}${problem}`);
    this.layout = layout;
    this.value = value;
  }
}

/** Quotes as Go's time package does: bytes outside printable ASCII, each of a longer character, as `\xNN`. */
export function quoteAsTime(text: string): string {
  let quoted = "";
  for (const char of text) {
    if (char === '"' || char === "\\") quoted += `\\${char}`;
    else if (char >= " " && char < "\x80") quoted += char;
    else for (const byte of utf8Bytes(char)) quoted += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${quoted}"`;
}

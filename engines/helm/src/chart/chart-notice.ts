import { quoteGo } from "@weir/text";

/** What helm logs beside its result: something is odd about a chart or its values, and work goes on. */
export interface ChartNotice {
  readonly level: "INFO" | "WARN" | "ERROR";
  readonly message: string;
  /** Names and texts that follow the message. */
  readonly fields: readonly (readonly [string, string])[];
}

/** Takes notices as they come up. */
export type Notify = (notice: ChartNotice) => void;

/** A notice as helm writes it to standard error: `level=WARN msg="this chart is deprecated"`. */
export function formatNotice({ level, message, fields }: ChartNotice): string {
  const pairs: readonly (readonly [string, string])[] = [["level", level], ["msg", message], ...fields];
  return pairs.map(([name, text]) => `${quoteIfNeeded(name)}=${quoteIfNeeded(text)}`).join(" ");
}

/** Go's slog quotes what is empty or has a space, a quote, an equals sign or what cannot be printed; no backslash alone. */
function quoteIfNeeded(text: string): string {
  const isPlain = text !== "" && !/[ "=]/.test(text) && isPrintable(text.replaceAll("\\", ""));
  return isPlain ? text : quoteGo(text);
}

function isPrintable(text: string): boolean {
  return quoteGo(text) === `"${text}"`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Where the JSON value at `start` ends, by its brackets and quotes alone.
 *
 * What is no JSON gets some end as well; the parser then finds the fault. A value that is not closed reaches to the end.
 */
export function endOfJsonValue(text: string, start: number): number {
  let depth = 0;
  for (let position = start; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) position = closingQuote(text, position);
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth === 0) return endOfScalar(text, position + 1);
  }
  return text.length;
}

/** A number or a word goes on until something that cannot be part of it. */
function endOfScalar(text: string, position: number): number {
  const previous = text.charAt(position - 1);
  if ('}]"'.includes(previous)) return position;
  let end = position;
  while (end < text.length && !' \t\r\n{}[]",:'.includes(text.charAt(end))) end += 1;
  return end;
}

function closingQuote(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) return position;
    if (code === BACKSLASH) position += 1;
  }
  return text.length;
}

const startsBlank = (text: string): boolean => /^[ \t\n]/.test(text);

/**
 * What go-yaml v3 reads back of a text that it wrote as a folded block.
 *
 * It looks at the first character of the whole text, where it should look at the next line, and so adds a line break in
 * front of lines that start with a blank, and loses some in a text that starts with one.
 */
export function readBackFolded(text: string): string {
  if (!isWrittenAsBlock(text)) return text;
  const isBlankText = startsBlank(text);
  const pieces = text.split(/(\n+)/);
  let result = pieces[0] ?? "";
  for (let at = 1; at < pieces.length; at += 2) {
    const before = pieces[at - 1] ?? "";
    const after = pieces[at + 1] ?? "";
    result += breaksReadBack(pieces[at]?.length ?? 0, before, after, isBlankText) + after;
  }
  return result;
}

// oxlint-disable-next-line max-params -- the breaks and what stands around them
function breaksReadBack(breaks: number, before: string, after: string, isBlankText: boolean): string {
  if (before === "") return "\n".repeat(breaks);
  const isIndented = startsBlank(before);
  const written = isIndented || isBlankText ? breaks : breaks + 1;
  if (after === "") return "\n".repeat(breaks === 1 ? 1 : written);
  if (isIndented || startsBlank(after)) return "\n".repeat(written);
  return written === 1 ? " " : "\n".repeat(written - 1);
}

// oxlint-disable-next-line no-control-regex -- go-yaml quotes texts with control characters
const NEEDS_QUOTES = /[\u0000-\u0008\u000b-\u001f\u007f\ufeff]|[ ]\n| $|[\u{10000}-\u{10ffff}]/u;

/** Whether go-yaml v3 writes the text as a block. */
export function isWrittenAsBlock(text: string): boolean {
  return text.includes("\n") && !NEEDS_QUOTES.test(text);
}

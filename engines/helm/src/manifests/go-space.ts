/** What Go's `unicode.IsSpace` takes for white space: JavaScript's `\s` has U+FEFF and lacks U+0085. */
const LEADING = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const NOT_BLANK = /[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** `strings.TrimLeftFunc(text, unicode.IsSpace)`. */
export function trimLeftSpace(text: string): string {
  return text.replace(LEADING, "");
}

/** `strings.TrimSpace(text)`. */
export function trimSpace(text: string): string {
  const left = trimLeftSpace(text);
  let end = left.length;
  while (end > 0 && !NOT_BLANK.test(left.charAt(end - 1))) end -= 1;
  return left.slice(0, end);
}

/** Whether nothing but white space is there. */
export function isBlank(text: string): boolean {
  return !NOT_BLANK.test(text);
}

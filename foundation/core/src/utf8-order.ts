/**
 * Compares strings by their UTF-8 bytes, as Go's `<` and `sort.Strings` do; for `Array.prototype.sort`.
 *
 * JavaScript's own `<` compares UTF-16 code units, which puts characters beyond U+FFFF before those from U+E000 on.
 */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

function isSurrogate(code: number): boolean {
  return (code & 0xf800) === 0xd800;
}

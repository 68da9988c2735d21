const RAW_BYTE = /(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The length of a Go string: bytes of UTF-8; a lone low surrogate is one byte that is not UTF-8. */
export function byteLength(text: string): number {
  const length = Buffer.byteLength(text);
  if (length === text.length || text.isWellFormed()) return length;
  return length - 2 * (text.match(RAW_BYTE)?.length ?? 0);
}

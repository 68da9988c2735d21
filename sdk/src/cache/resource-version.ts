/**
 * Orders two resource versions: negative where `a` is older, 0 where they are the same.
 *
 * They are decimal numbers of any length (up to 2^128), so they are compared by length and then as text, never as
 * numbers. `undefined` where one is not a number, as aggregated APIs may write them: such versions have no order.
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!isDecimal(a) || !isDecimal(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

function isDecimal(version: string): boolean {
  return /^(0|[1-9]\d*)$/.test(version);
}

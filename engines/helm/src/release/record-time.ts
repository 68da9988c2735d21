/** A moment as Go's RFC3339Nano writes it in UTC: no trailing zeros, and no point without digits. */
export function recordTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.?0*Z$/, "Z");
}

/** A time as protobuf holds it: seconds since 1970, and the nanoseconds beyond them. */
export function parseGoTime(text: string): { readonly seconds: bigint; readonly nanos: bigint } {
  const [, whole = "", fraction = ""] = /^([^.]*?)(?:\.(\d+))?Z$/.exec(text) ?? [];
  const seconds = BigInt(Math.floor(Date.parse(`${whole}Z`) / 1000) || 0);
  return { seconds, nanos: BigInt(fraction.padEnd(9, "0").slice(0, 9) || "0") };
}

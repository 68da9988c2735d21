/** Words that tell that who asks is not let in, as Flux looks for them. */
const SIGNS: ReadonlySet<string> = new Set(["401", "unauthorized", "tls"]);
const PHRASES: readonly string[] = ["authentication required", "unknown certificate authority"];

/**
 * Whether what a repository of charts answered tells that it does not let in who asks. Flux takes `401` and `tls`
 * anywhere in the text; here they are words of their own, as a port, a digest and a name may hold them by chance.
 */
export function tellsRefusedAccess(text: string): boolean {
  if (PHRASES.some((phrase) => text.includes(phrase))) return true;
  return text.split(/\s/).some((word) => SIGNS.has(/^\(?(\w+)[:;,.)]*$/.exec(word)?.[1] ?? ""));
}

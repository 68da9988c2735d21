/** The texts of a Warning header (RFC 7234 §5.5): `299 - "text"`, several joined by commas; others are skipped. */
export function parseWarnings(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const texts: string[] = [];
  const pattern = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;
  for (const match of header.matchAll(pattern)) texts.push((match[1] ?? "").replace(/\\(.)/g, "$1"));
  return texts;
}

const REMEMBERED = 1000;

/** Lets each warning through once, so that a loop over objects does not say the same thing a thousand times. */
export class WarningFilter {
  readonly #seen = new Set<string>();

  /** Whether the text is new; remembers it. */
  isNew(text: string): boolean {
    if (this.#seen.has(text)) return false;
    if (this.#seen.size >= REMEMBERED) this.#seen.clear();
    this.#seen.add(text);
    return true;
  }
}

/** What the placeholders of one transcript stand for, learned as responses come in. */
export class Placeholders {
  readonly #values = new Map<string, string>();

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Puts what is known into a text; what is not known yet stays. */
  fill(text: string): string {
    if (!text.includes("$")) return text;
    return text.replaceAll(PLACEHOLDER, (name) => this.#values.get(name) ?? name);
  }

  /** The same in every string and key of a value. */
  fillValue(value: unknown): unknown {
    if (typeof value === "string") return this.fill(value);
    if (Array.isArray(value)) return value.map((item) => this.fillValue(item));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.fill(key), this.fillValue(item)]),
    );
  }

  /**
   * Compares a recorded text with one that the server sent, and learns what its placeholders stand for.
   *
   * Times learned by name are compared as every other name; `$TIME` and its like match anything of their shape.
   */
  match(expected: string, actual: string): boolean {
    const filled = this.fill(expected);
    if (filled === actual) return true;
    if (!filled.includes("$")) return false;
    const names: string[] = [];
    const source = filled
      .split(PLACEHOLDER_SPLIT)
      .map((part) => {
        const shape = shapeOf(part);
        if (shape === undefined) return escapeRegExp(part);
        names.push(part);
        return `(${shape})`;
      })
      .join("");
    const match = new RegExp(`^${source}$`, "s").exec(actual);
    if (match === null) return false;
    for (const [index, name] of names.entries()) {
      const value = match[index + 1] ?? "";
      if (isLoose(name)) {
        if (name === "$TIME" || name === "$MICROTIME") this.set(`last ${name}`, value);
        continue;
      }
      const known = this.get(name);
      if (known !== undefined && known !== value) return false;
      this.set(name, value);
    }
    return true;
  }
}

const NAMES =
  "NS2|NS|UID\\d+|RV\\d+|TIME\\d*|MICROTIME\\d*|RAND\\d+|CONTINUE\\d+|EXPIRED_CONTINUE|CLUSTERIP\\d+|NODEPORT\\d+|TOKEN\\d+|ETAG|HASH|AGE|TEXT|SERVER";
const PLACEHOLDER = new RegExp(`\\$(?:${NAMES})`, "g");
const PLACEHOLDER_SPLIT = new RegExp(`(\\$(?:${NAMES}))`);

const shapes: readonly (readonly [prefix: RegExp, shape: string])[] = [
  [/^\$UID\d+$/, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"],
  [/^\$RV\d+$/, "\\d+"],
  [/^\$TIME\d*$/, "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"],
  [/^\$MICROTIME\d*$/, "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z"],
  [/^\$RAND\d+$/, "[bcdfghjklmnpqrstvwxz2456789]{5}"],
  [/^\$CONTINUE\d+$/, "[A-Za-z0-9_-]+"],
  [/^\$CLUSTERIP\d+$/, "10\\.0\\.0\\.\\d{1,3}"],
  [/^\$NODEPORT\d+$/, "3\\d{4}"],
  [/^\$TOKEN\d+$/, "[\\w-]+\\.[\\w-]+\\.[\\w-]+"],
  [/^\$ETAG$/, '"?[0-9A-F]+"?'],
  [/^\$HASH$/, "[0-9A-Za-z]+"],
  [/^\$(?:AGE|TEXT)$/, ".*"],
  [/^\$SERVER$/, "[^/]+"],
];

function shapeOf(part: string): string | undefined {
  if (!part.startsWith("$")) return undefined;
  return shapes.find(([pattern]) => pattern.test(part))?.[1];
}

/** Placeholders that stand for something else each time. */
function isLoose(name: string): boolean {
  return !/\d$/.test(name);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

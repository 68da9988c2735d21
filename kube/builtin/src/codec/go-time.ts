/** What reading a time gave: the time as Go writes it back, or Go's own words for what is wrong with it. */
export type GoTimeResult =
  | { readonly kind: "time"; readonly text: string }
  | { readonly kind: "malformed"; readonly message: string };

interface Layout {
  readonly text: string;
  readonly fraction: boolean;
}

const RFC3339: Layout = { text: "2006-01-02T15:04:05Z07:00", fraction: false };
const RFC3339_MICRO: Layout = { text: "2006-01-02T15:04:05.000000Z07:00", fraction: true };

/** `[layout element, width in digits, smallest, largest]`, or a literal character. */
const elements: readonly (string | readonly [string, number, number, number])[] = [
  ["2006", 4, 0, 9999],
  "-",
  ["01", 2, 1, 12],
  "-",
  ["02", 2, 1, 31],
  "T",
  ["15", 2, 0, 23],
  ":",
  ["04", 2, 0, 59],
  ":",
  ["05", 2, 0, 59],
];

/** Reads a metav1.Time and writes it in UTC with whole seconds, as Go does. */
export function normalizeTime(text: string): GoTimeResult {
  return parse(text, RFC3339);
}

/** Reads a metav1.MicroTime, which takes exactly six digits of fraction, and writes it in UTC. */
export function normalizeMicroTime(text: string): GoTimeResult {
  return parse(text, RFC3339_MICRO);
}

function parse(text: string, layout: Layout): GoTimeResult {
  const malformed = (rest: string, element: string): GoTimeResult => ({
    kind: "malformed",
    message: `parsing time ${quote(text)} as ${quote(layout.text)}: cannot parse ${quote(rest)} as ${quote(element)}`,
  });
  const digits = readDigits(text);
  if (digits.kind === "stopped") return malformed(digits.rest, digits.element);
  if (digits.kind === "range") {
    return { kind: "malformed", message: `parsing time ${quote(text)}: ${digits.name} out of range` };
  }
  let at = digits.at;
  let fraction = "";
  const found = /^[.,]\d+/.exec(text.slice(at));
  if (layout.fraction) {
    fraction = /^\.\d{6}/.exec(text.slice(at))?.[0] ?? "";
    if (fraction === "") return malformed(text.slice(at), ".000000");
    at += fraction.length;
  } else if (found !== null) {
    // Go accepts a fraction after the seconds even where the layout has none.
    at += found[0].length;
  }
  const zone = /^(?:Z|[+-]\d\d:\d\d)/.exec(text.slice(at))?.[0];
  if (zone === undefined) return malformed(text.slice(at), "Z07:00");
  if (at + zone.length < text.length) {
    const extra = quote(text.slice(at + zone.length));
    return { kind: "malformed", message: `parsing time ${quote(text)}: extra text: ${extra}` };
  }
  return write(`${text.slice(0, 19)}${zone}`, fraction);
}

function write(stamp: string, fraction: string): GoTimeResult {
  const milliseconds = Date.parse(stamp);
  if (Number.isNaN(milliseconds)) {
    return { kind: "malformed", message: `parsing time ${quote(stamp)}: day out of range` };
  }
  return { kind: "time", text: `${new Date(milliseconds).toISOString().slice(0, 19)}${fraction}Z` };
}

type Digits =
  | { readonly kind: "read"; readonly at: number }
  | { readonly kind: "stopped"; readonly rest: string; readonly element: string }
  | { readonly kind: "range"; readonly name: string };

const rangeNames: Readonly<Record<string, string>> = {
  "01": "month",
  "02": "day",
  "15": "hour",
  "04": "minute",
  "05": "second",
};

function readDigits(text: string): Digits {
  let at = 0;
  for (const element of elements) {
    const rest = text.slice(at);
    if (typeof element === "string") {
      if (!rest.startsWith(element)) return { kind: "stopped", rest, element };
      at += 1;
      continue;
    }
    const [name, width, smallest, largest] = element;
    const part = rest.slice(0, width);
    if (part.length < width || !/^\d+$/.test(part)) return { kind: "stopped", rest, element: name };
    const number = Number(part);
    if (number < smallest || number > largest) return { kind: "range", name: rangeNames[name] ?? name };
    at += width;
  }
  return { kind: "read", at };
}

function quote(text: string): string {
  return JSON.stringify(text);
}

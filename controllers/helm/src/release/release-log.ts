import { compareUtf8, type JsonValue } from "@weir/core";
import type { ReleaseLogLine } from "@weir/helm";
import { goJson } from "./release-digest.ts";

const KEPT = 10;

interface Line {
  readonly atMs: number;
  readonly text: string;
  lastMs: number;
  repeats: number;
}

/** The last ten lines that an action logged, as Flux appends them to the event of its failure. */
export class ReleaseLog {
  readonly #lines: Line[] = [];

  /** Notes a line; one that says what the line before it says is counted with that. */
  add({ level, message, fields }: ReleaseLogLine, atMs: number): void {
    const prefix = level === "error" ? "error: " : level === "warn" ? "warning: " : "";
    const text = `${prefix}${message}: ${fieldsText(fields)}`;
    const last = this.#lines.at(-1);
    if (last?.text === text) {
      last.repeats += 1;
      last.lastMs = atMs;
      return;
    }
    this.#lines.push({ atMs, text, lastMs: atMs, repeats: 0 });
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  /** What follows the message of an event; empty where nothing was logged. */
  text(): string {
    if (this.#lines.length === 0) return "";
    return `\n\nLast Helm logs:\n\n${this.#lines.map(lineText).join("\n").trim()}`;
  }
}

function lineText({ atMs, lastMs, text, repeats }: Line): string {
  const first = `${momentText(atMs)}: ${text}`;
  if (repeats === 0) return first;
  const more = repeats - 1;
  const omitted = more === 0 ? "" : ` (${more} duplicate ${more === 1 ? "line" : "lines"} omitted)`;
  return `${first}\n${momentText(lastMs)}: ${text}${omitted}`;
}

/** RFC 3339 with the digits of a second that are not zero. */
function momentText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
}

function fieldsText(fields: Readonly<Record<string, JsonValue>>): string {
  // Go sorts the fields, which it holds in a map, and not what is in them.
  const sorted = Object.entries(fields).sort(([left], [right]) => compareUtf8(left, right));
  return goJson(Object.fromEntries(sorted));
}

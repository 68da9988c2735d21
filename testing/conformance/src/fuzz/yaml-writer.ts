import type { Dice } from "./dice.ts";

/** A scalar written exactly so, without quotes. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value to be written; absent fields are left out. */
export type Yaml = null | boolean | number | string | Raw | readonly Yaml[] | YamlFields;

export interface YamlFields {
  readonly [key: string]: Yaml | undefined;
}

/** How likely each way of writing is, from 0 to 1. */
export interface YamlStyle {
  readonly quotes: number;
  readonly flow: number;
  readonly comments: number;
  readonly anchors: number;
  readonly blocks: number;
  readonly tags: number;
  readonly wraps: number;
  readonly indentsLists: boolean;
}

export const PLAIN_STYLE: YamlStyle = {
  quotes: 0,
  flow: 0,
  comments: 0,
  anchors: 0,
  blocks: 0.5,
  tags: 0,
  wraps: 0,
  indentsLists: false,
};

export function someStyle(dice: Dice): YamlStyle {
  if (dice.chance(0.4)) return { ...PLAIN_STYLE, indentsLists: dice.chance(0.5) };
  const often = (): number => (dice.chance(0.5) ? 0 : dice.pick([0.05, 0.2, 0.5]));
  return {
    quotes: often(),
    flow: often() / 2,
    comments: often() / 2,
    anchors: often() / 2,
    blocks: 0.5,
    tags: dice.chance(0.85) ? 0 : 0.05,
    wraps: often(),
    indentsLists: dice.chance(0.5),
  };
}

export function isFields(value: Yaml | undefined): value is YamlFields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Raw);
}

export function isItems(value: Yaml | undefined): value is readonly Yaml[] {
  return Array.isArray(value);
}

interface Written {
  /** What stands on the line of the key or dash. */
  readonly head: string;
  /** The lines below it. */
  readonly body: readonly string[];
}

const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf|~)$/i;
const PLAIN = /^[A-Za-z/$][A-Za-z0-9_./$()@=:+ \u00c0-\u024f\u4e00-\u9fff-]*$/;
// oxlint-disable-next-line no-control-regex -- characters that only double quotes can hold
const NEEDS_ESCAPES = /[\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff]/;

function isPlainSafe(text: string): boolean {
  return PLAIN.test(text) && !RESERVED.test(text) && !/: |:$| $| #/.test(text);
}

/** Writes values as YAML in ways that differ by chance. */
export class YamlWriter {
  readonly #dice: Dice;
  readonly #style: YamlStyle;
  readonly #anchored = new Map<string, { readonly name: string; readonly value: Yaml }>();

  #anchors = 0;

  constructor(dice: Dice, style: YamlStyle) {
    this.#dice = dice;
    this.#style = style;
  }

  document(value: Yaml): string {
    this.#anchored.clear();
    const { head, body } = this.#write(value, 0, true);
    return `${[...(head === "" ? [] : [head]), ...body].join("\n")}\n`;
  }

  #chance(probability: number): boolean {
    return probability > 0 && this.#dice.chance(probability);
  }

  #write(value: Yaml, indent: number, isTop = false): Written {
    if (!isFields(value) && !isItems(value)) return this.#scalar(value, indent);
    const json = JSON.stringify(value);
    const known = this.#anchored.get(json);
    if (known !== undefined && this.#chance(0.6)) return { head: `*${known.name}`, body: [] };
    if (Object.keys(value).length === 0) return { head: this.#flow(value), body: [] };
    if (!isTop && this.#chance(this.#style.flow)) return { head: this.#flow(value), body: [] };
    return this.#collection(value, indent, { json, canAnchor: !isTop });
  }

  #collection(
    value: readonly Yaml[] | YamlFields,
    indent: number,
    { json, canAnchor }: { readonly json: string; readonly canAnchor: boolean },
  ): Written {
    const name = canAnchor && this.#chance(this.#style.anchors) ? `anchor${++this.#anchors}` : undefined;
    const body = isItems(value) ? this.#items(value, indent) : this.#fields(value, indent);
    if (name === undefined) return { head: "", body };
    this.#anchored.set(json, { name, value });
    return { head: `&${name}`, body };
  }

  #items(items: readonly Yaml[], indent: number): readonly string[] {
    const pad = " ".repeat(indent);
    return items.flatMap((item) => {
      const { head, body } = this.#write(item, indent + 2);
      const comment = this.#commentLine(pad);
      const [first, ...rest] = body;
      if (head === "" && first !== undefined) {
        // A comment that would come first below the dash stands above it.
        if (!first.trimStart().startsWith("#")) return [...comment, `${pad}- ${first.trimStart()}`, ...rest];
        return [...comment, `${pad}-`, ...body];
      }
      return [...comment, `${pad}- ${head}`.trimEnd(), ...body];
    });
  }

  #fields(fields: YamlFields, indent: number): readonly string[] {
    const pad = " ".repeat(indent);
    const merged = this.#mergeable(fields);
    const lines = merged === undefined ? [] : [`${pad}<<: *${merged.name}`];
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined || (merged !== undefined && isFields(merged.value) && key in merged.value)) {
        continue;
      }
      lines.push(...this.#commentLine(pad), ...this.#field(key, value, indent));
    }
    return lines;
  }

  #field(key: string, value: Yaml, indent: number): readonly string[] {
    const pad = " ".repeat(indent);
    const inner = isItems(value) && !this.#style.indentsLists ? indent : indent + 2;
    const { head, body } = this.#write(value, inner);
    const trailing =
      body.length === 0 && head !== "" && this.#chance(this.#style.comments / 2) ? " # trailing" : "";
    return [`${pad}${this.#key(key)}: ${head}`.trimEnd() + trailing, ...body];
  }

  /** An anchored mapping all of whose fields these are. */
  #mergeable(fields: YamlFields): { readonly name: string; readonly value: Yaml } | undefined {
    if (this.#anchored.size === 0) return undefined;
    for (const anchored of this.#anchored.values()) {
      const { value } = anchored;
      if (!isFields(value) || Object.keys(value).length > Object.keys(fields).length) continue;
      const isPart = Object.entries(value).every(
        ([key, part]) => JSON.stringify(part) === JSON.stringify(fields[key]),
      );
      if (isPart && this.#chance(0.7)) return anchored;
    }
    return undefined;
  }

  #commentLine(pad: string): readonly string[] {
    return this.#chance(this.#style.comments) ? [`${pad}# a comment: "with" 'quotes'`] : [];
  }

  #key(key: string): string {
    if (isPlainSafe(key) && !key.includes(":") && !this.#chance(this.#style.quotes / 4)) return key;
    return JSON.stringify(key);
  }

  #flow(value: Yaml): string {
    if (isItems(value)) return `[${value.map((item) => this.#flow(item)).join(", ")}]`;
    if (!isFields(value)) return this.#flowScalar(value);
    const entries = Object.entries(value).flatMap(([key, part]) =>
      part === undefined ? [] : [`${this.#key(key)}: ${this.#flow(part)}`],
    );
    return `{${entries.join(", ")}}`;
  }

  #flowScalar(value: Yaml): string {
    if (value instanceof Raw) return /[,[\]{}]/.test(value.text) ? JSON.stringify(value.text) : value.text;
    if (typeof value !== "string") return String(value);
    if (isPlainSafe(value) && !value.includes(":") && !this.#chance(this.#style.quotes)) return value;
    return this.#quoted(value, undefined);
  }

  #scalar(value: null | boolean | number | string | Raw, indent: number): Written {
    if (value instanceof Raw) return { head: value.text, body: [] };
    if (typeof value !== "string") return { head: this.#tag("!!int", value) + String(value), body: [] };
    if (this.#canBeBlock(value) && this.#chance(this.#style.blocks)) return this.#block(value, indent);
    const tag = this.#tag("!!str", value);
    if (isPlainSafe(value) && !this.#chance(this.#style.quotes)) {
      return { head: tag + this.#wrapped(value, indent), body: [] };
    }
    return { head: tag + this.#quoted(value, indent), body: [] };
  }

  #tag(tag: string, value: Yaml): string {
    if (typeof value !== "string" && typeof value !== "number") return "";
    return this.#chance(this.#style.tags) ? `${tag} ` : "";
  }

  #canBeBlock(text: string): boolean {
    return text.includes("\n") && !/^[\s]|\t\n/.test(text) && !NEEDS_ESCAPES.test(text.replaceAll("\n", ""));
  }

  #block(text: string, indent: number): Written {
    const trimmed = text.replace(/\n+$/, "");
    const ends = text.length - trimmed.length;
    const chomp = ends === 0 ? "-" : ends === 1 ? "" : "+";
    const pad = " ".repeat(Math.max(indent, 2));
    const isFolded = this.#chance(0.3);
    // Folded, a line break is two; lines that start blank are not folded.
    const source = isFolded ? trimmed.replace(/\n(?=[^\s])/g, "\n\n") : trimmed;
    const lines = source.split("\n").map((line) => (line === "" ? "" : pad + line));
    const kept = Array.from({ length: Math.max(0, ends - 1) }, () => "");
    return { head: `${isFolded ? ">" : "|"}${chomp}`, body: [...lines, ...kept] };
  }

  #quoted(text: string, indent: number | undefined): string {
    const canBeSingle = !NEEDS_ESCAPES.test(text);
    if (canBeSingle && this.#dice.chance(0.5)) {
      return this.#wrapped(`'${text.replaceAll("'", "''")}'`, indent);
    }
    const escaped = JSON.stringify(text).replace(
      // oxlint-disable-next-line no-control-regex -- characters that YAML does not print
      /[\u007f-\u00a0\u2028\u2029\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return this.#wrapped(escaped, indent);
  }

  /** Breaks the line at single blanks between words. */
  #wrapped(text: string, indent: number | undefined): string {
    if (indent === undefined || !this.#chance(this.#style.wraps)) return text;
    const pad = `\n${" ".repeat(Math.max(indent, 2))}`;
    return text.replace(/(?<=[A-Za-z]) (?=[A-Za-z])/g, () => (this.#dice.chance(0.3) ? pad : " "));
  }
}

import { type ParsedTemplate, parseTemplate, renameTemplate, TemplateSet } from "@weir/gotemplate";
import { utf8Text } from "@weir/text";

import { helmFunctions } from "../functions/helm-functions.ts";
import { type ManifestHead, readManifestHead } from "../manifests/manifest-head.ts";
import { SchemaCache } from "../schema/validate-values.ts";
import { TextCache } from "./text-cache.ts";

/** Texts of `tpl`, and documents, that are kept. */
const MOST_TEXTS = 10_000;
/** Characters that are kept over all of them: parsed, they take several times as much memory. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * Parsed templates, shared by the renders that one process makes: charts are rendered again and again with other values,
 * and `tpl` is given the same texts. What belongs to a chart is kept as long as the chart.
 */
export class RenderCache {
  /** The compiled schemas of the charts. */
  readonly schemas = new SchemaCache();
  readonly #files = new WeakMap<Uint8Array, Map<string, ParsedTemplate>>();
  /** Files by their texts: subcharts carry copies of the same libraries. */
  readonly #copied = new TextCache<ParsedTemplate>(MOST_TEXTS, MOST_CHARACTERS);
  readonly #extended = new WeakMap<TemplateSet, WeakMap<ParsedTemplate, TemplateSet>>();
  /** The last set that starts with a template. */
  readonly #sets = new WeakMap<
    ParsedTemplate,
    { readonly parsed: readonly ParsedTemplate[]; readonly set: TemplateSet }
  >();
  readonly #texts = new TextCache<ParsedTemplate>(MOST_TEXTS, MOST_CHARACTERS);
  readonly #heads = new TextCache<ManifestHead>(MOST_TEXTS, MOST_CHARACTERS);

  /** A parsed file of a chart under its full path. Throws a `TemplateParseError`, which is not kept. */
  parseFile(path: string, data: Uint8Array): ParsedTemplate {
    const known = this.#files.get(data) ?? new Map<string, ParsedTemplate>();
    const found = known.get(path);
    if (found !== undefined) return found;
    const parsed = this.#parse(path, utf8Text(data));
    this.#files.set(data, known.set(path, parsed));
    return parsed;
  }

  #parse(path: string, text: string): ParsedTemplate {
    const parse = (): ParsedTemplate => parseTemplate(path, text, helmFunctions);
    const first = this.#copied.get(text, parse);
    return first.name === path ? first : (renameTemplate(first, path) ?? parse());
  }

  /** A parsed text. Throws a `TemplateParseError`, which is not kept. */
  parseText(name: string, text: string): ParsedTemplate {
    return this.#texts.get(text, () => parseTemplate(name, text, helmFunctions));
  }

  /** The head of a document: most of a chart's come out the same for other values. Throws as `readManifestHead` does. */
  headOf(document: string): ManifestHead {
    return this.#heads.get(document, readManifestHead);
  }

  /** The set of all templates of a chart. */
  setOf(parsed: readonly ParsedTemplate[]): TemplateSet {
    const [first] = parsed;
    if (first === undefined) return TemplateSet.empty;
    const known = this.#sets.get(first);
    if (
      known?.parsed.length === parsed.length &&
      known.parsed.every((template, at) => template === parsed[at])
    ) {
      return known.set;
    }
    const set = TemplateSet.empty.with(...parsed);
    this.#sets.set(first, { parsed, set });
    return set;
  }

  /** A set with what a text defines: the same set for the same text. */
  extend(set: TemplateSet, parsed: ParsedTemplate): TemplateSet {
    const known = this.#extended.get(set) ?? new WeakMap<ParsedTemplate, TemplateSet>();
    const found = known.get(parsed);
    if (found !== undefined) return found;
    const extended = set.with(parsed);
    this.#extended.set(set, known.set(parsed, extended));
    return extended;
  }
}

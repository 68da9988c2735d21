import { compileRegexp, quoteGo, type Regexp, RegexpSyntaxError } from "@weir/text";
import type { Notify } from "../chart/chart-notice.ts";
import { compileKeywords, type NodeMaker } from "./compile-keywords.ts";
import { type Dialect, type Draft, draft2020, draftAt } from "./draft.ts";
import { failureLines } from "./failure.ts";
import { metaschemaAt } from "./metaschemas.ts";
import { type DialectFinder, type Resource, SchemaDocument } from "./schema-document.ts";
import { SchemaBudgetError, SchemaError } from "./schema-error.ts";
import type { SchemaNode } from "./schema-node.ts";
import { locationText, lookUp, type SchemaLocation } from "./schema-pointer.ts";
import { isPlainlyValid } from "./plainly-valid.ts";
import { resolveUrl, schemeOf, splitReference } from "./schema-url.ts";
import { entry, isTable, type SchemaTable, type SchemaValue, sortedKeys } from "./schema-value.ts";
import { SchemaRun } from "./schema-run.ts";
import { emptyKeywords } from "./empty-keywords.ts";

/** A schema has at most so many schemas within it. */
const MAX_NODES = 100_000;

/** Compiles the metaschemas that schemas are checked against; what was compiled once is kept. */
export class MetaschemaCompiler {
  readonly #compiler = new SchemaCompiler(() => undefined, undefined);
  readonly #compiled = new Map<string, SchemaNode>();

  at(url: string): SchemaNode {
    const present = this.#compiled.get(url);
    if (present !== undefined) return present;
    const compiled = this.#compiler.compileAt(url);
    this.#compiled.set(url, compiled);
    return compiled;
  }
}

/** Compiles schemas; documents that were met once are kept. */
export class SchemaCompiler implements DialectFinder, NodeMaker {
  readonly #notify: Notify;
  /** Undefined where metaschemas themselves are compiled: they are right, and their formats count. */
  readonly #metaschemas: MetaschemaCompiler | undefined;
  readonly #documents = new Map<string, SchemaDocument>();
  readonly #contents = new Map<string, SchemaValue>();
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #patterns = new Map<string, Regexp>();
  /** What an empty reference leads to, by the base. */
  readonly #bases = new Map<string, string>();
  #queue: SchemaNode[] = [];

  constructor(notify: Notify, metaschemas: MetaschemaCompiler | undefined) {
    this.#notify = notify;
    this.#metaschemas = metaschemas;
  }

  /** Compiles the schema that is the whole of a document. Throws `SchemaError` in the words of helm's library. */
  compile(url: string, content: SchemaValue): SchemaNode {
    this.#contents.set(url, content);
    return this.compileAt(url);
  }

  /** The same for a document that can be loaded. */
  compileAt(url: string): SchemaNode {
    this.#documentAt(url);
    const root = this.nodeAt({ url, pointer: "" });
    // The queue grows while it is worked on.
    for (const node of this.#queue) this.#compileNode(node);
    this.#queue = [];
    return root;
  }

  /** The node of a schema in this or another document; it is compiled later, but before `compile` returns. */
  nodeAt(location: SchemaLocation): SchemaNode {
    const key = `${location.url}#${location.pointer}`;
    const present = this.#nodes.get(key);
    if (present !== undefined) return present;
    if (this.#nodes.size >= MAX_NODES) throw new SchemaBudgetError(`schema of more than ${MAX_NODES} parts`);
    const node = newNode(location);
    this.#nodes.set(key, node);
    this.#queue.push(node);
    return node;
  }

  /** The node that a reference leads to. */
  refer(
    reference: string,
    from: { readonly resource: Resource; readonly document: SchemaDocument },
  ): SchemaNode {
    const { url, fragment } = splitReference(reference);
    const target = this.#resolve(from.resource.id, url);
    const local = from.document.resolve(target, fragment);
    if (local !== undefined) return this.nodeAt({ url: from.document.url, pointer: local });
    const document = this.#documentAt(target);
    const pointer = document.resolve(document.url, fragment) ?? "";
    return this.nodeAt({ url: document.url, pointer });
  }

  /** Nearly all references lead to another place of the same document. */
  #resolve(base: string, reference: string): string {
    if (reference !== "") return resolveUrl(base, reference);
    const present = this.#bases.get(base);
    if (present !== undefined) return present;
    const resolved = resolveUrl(base, "");
    this.#bases.set(base, resolved);
    return resolved;
  }

  pattern(text: string, where: string): Regexp {
    const present = this.#patterns.get(text);
    if (present !== undefined) return present;
    try {
      const compiled = compileRegexp(text);
      this.#patterns.set(text, compiled);
      return compiled;
    } catch (error) {
      if (!(error instanceof RegexpSyntaxError)) throw error;
      throw new SchemaError(`invalid regex ${quoteGo(text)} at ${quoteGo(where)}: ${error.message}`);
    }
  }

  #isPlainlyValid(schema: SchemaValue, draft: Draft): boolean {
    return isPlainlyValid(schema, { draft, isPattern: (text) => this.#isPattern(text) });
  }

  #isPattern(text: string): boolean {
    try {
      this.pattern(text, "");
      return true;
    } catch (error) {
      if (error instanceof SchemaError) return false;
      throw error;
    }
  }

  draftOf(location: SchemaLocation, schema: SchemaTable, fallback: Draft): Draft {
    return this.#draftOf(location, schema, fallback, new Set());
  }

  #draftOf(location: SchemaLocation, schema: SchemaTable, fallback: Draft, seen: Set<string>): Draft {
    const name = entry(schema, "$schema");
    if (typeof name !== "string") return fallback;
    const known = draftAt(name);
    if (known !== undefined) return known;
    const url = name.split("#", 1)[0] ?? "";
    if (location.pointer === "" && url === location.url) {
      throw new SchemaError(`draft ${quoteGo(url)} is not supported`);
    }
    if (seen.has(url)) throw new SchemaError(`cycle in resolving $schema in ${quoteGo(url)}`);
    seen.add(url);
    const content = this.#load(url);
    return isTable(content) ? this.#draftOf({ url, pointer: "" }, content, fallback, seen) : fallback;
  }

  vocabulariesOf(schema: SchemaTable, draft: Draft): readonly string[] | undefined {
    const name = entry(schema, "$schema");
    if (typeof name !== "string" || draftAt(name) !== undefined || draft.version < 2019) return undefined;
    const url = name.split("#", 1)[0] ?? "";
    const content = this.#load(url);
    const listed = isTable(content) ? entry(content, "$vocabulary") : undefined;
    if (listed === undefined || !isTable(listed)) return undefined;
    const names = sortedKeys(listed).filter((vocabulary) => entry(listed, vocabulary) === true);
    return ["core", ...names.map((vocabulary) => knownVocabulary(vocabulary, draft, url))];
  }

  #compileNode(node: SchemaNode): void {
    const { url, pointer } = node.location;
    const document = this.#documentAt(url);
    if (!document.isKnown(pointer)) this.#validate(document, document.addSchema(pointer), pointer);
    const schema = lookUp(document.content, node.location);
    const resource = document.resourceOf(pointer);
    node.version = resource.dialect.draft.version;
    node.resource = this.nodeAt({ url, pointer: resource.pointer });
    if (node.resource === node && node.version >= 2020) {
      node.dynamicAnchors = new Map(
        Array.from(resource.dynamicAnchors, (anchor) => [
          anchor,
          this.nodeAt({ url, pointer: resource.anchors.get(anchor) ?? "" }),
        ]),
      );
    }
    if (typeof schema === "boolean") node.isAlways = schema;
    else if (isTable(schema)) this.#compileTable(node, schema, { document, resource });
  }

  #compileTable(
    node: SchemaNode,
    schema: SchemaTable,
    place: { readonly document: SchemaDocument; readonly resource: Resource },
  ): void {
    if (Object.keys(schema).length === 0) {
      node.isAlways = true;
      return;
    }
    const anchor = entry(schema, "$dynamicAnchor");
    if (node.version >= 2020 && typeof anchor === "string") node.dynamicAnchor = anchor;
    node.isRecursiveAnchor = node.version >= 2019 && entry(schema, "$recursiveAnchor") === true;
    const assertsFormats = this.#metaschemas === undefined;
    node.keywords = compileKeywords(schema, { compiler: this, node, ...place, assertsFormats });
  }

  #documentAt(url: string): SchemaDocument {
    const present = this.#documents.get(url);
    if (present !== undefined) return present;
    const content = this.#load(url);
    const document = new SchemaDocument(url, content, this, { draft: draft2020, vocabularies: undefined });
    this.#documents.set(url, document);
    if (metaschemaAt(url) === undefined) this.#validate(document, content, "");
    return document;
  }

  #load(url: string): SchemaValue {
    const present = this.#contents.get(url) ?? metaschemaAt(url) ?? this.#permissive(url);
    if (present !== undefined) return present;
    const reason = /^(?:file|https?)$/.test(schemeOf(url))
      ? "files and remote schemas are not loaded"
      : `no URLLoader registered for ${quoteGo(url)}`;
    throw new SchemaError(`failing loading ${quoteGo(url)}: ${reason}`);
  }

  /** A URN that nobody knows stands for a schema that everything meets. */
  #permissive(url: string): SchemaValue | undefined {
    if (schemeOf(url) !== "urn") return undefined;
    this.#notify({
      level: "WARN",
      message: "unresolved URN reference ignored; using permissive schema",
      fields: [["urn", url]],
    });
    this.#contents.set(url, true);
    return true;
  }

  /** Checks a schema against its metaschema. */
  #validate(document: SchemaDocument, schema: SchemaValue, pointer: string): void {
    if (this.#metaschemas === undefined) return;
    const metaschemas = this.#metaschemas;
    const { dialect } = document.resourceOf(pointer);
    if (dialect.vocabularies === undefined && this.#isPlainlyValid(schema, dialect.draft)) return;
    const metaschema = metaschemaOf(dialect, metaschemas);
    const run = new SchemaRun({
      metaschema,
      metaschemaFor: (at) => {
        const resource = document.resourceAt(at);
        return resource === undefined ? undefined : metaschemaOf(resource.dialect, metaschemas);
      },
    });
    const failures = run.validate(metaschema, schema);
    if (failures.length === 0) return;
    const where = quoteGo(locationText({ url: document.url, pointer }));
    const meta = locationText(metaschema.location);
    throw new SchemaError(
      `${where} is not valid against metaschema: jsonschema validation failed with '${meta}'\n${failureLines(failures)}`,
    );
  }
}

function metaschemaOf({ draft, vocabularies }: Dialect, metaschemas: MetaschemaCompiler): SchemaNode {
  if (vocabularies === undefined) return metaschemas.at(draft.url);
  const allOf = vocabularies.flatMap((name) => {
    const url = `${draft.url.replace(/schema$/, "meta/")}${name}`;
    return metaschemaAt(url) === undefined ? [] : [metaschemas.at(url)];
  });
  const node = newNode({ url: "urn:mem:metaschema", pointer: "" });
  node.version = draft.version;
  node.keywords = { ...emptyKeywords, allOf };
  if (draft.version >= 2020) {
    node.dynamicAnchor = "meta";
    node.dynamicAnchors = new Map([["meta", node]]);
  }
  return node;
}

function knownVocabulary(vocabulary: string, draft: Draft, url: string): string {
  const name = vocabulary.startsWith(draft.vocabularyPrefix)
    ? vocabulary.slice(draft.vocabularyPrefix.length)
    : "";
  if (draft.knownVocabularies.includes(name)) return name;
  throw new SchemaError(`unsupported vocabulary ${quoteGo(vocabulary)} in ${quoteGo(url)}`);
}

function newNode(location: SchemaLocation): SchemaNode {
  const node: Omit<SchemaNode, "resource"> & { resource?: SchemaNode } = {
    location,
    isAlways: undefined,
    version: draft2020.version,
    dynamicAnchors: new Map(),
    dynamicAnchor: "",
    isRecursiveAnchor: false,
    keywords: emptyKeywords,
  };
  const whole = node as SchemaNode;
  whole.resource = whole;
  return whole;
}

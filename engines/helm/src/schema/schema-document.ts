import { quoteGo } from "@weir/text";
import { type Dialect, type Draft, idOf, subschemasOf } from "./draft.ts";
import { SchemaError } from "./schema-error.ts";
import { locationText, lookUp, type SchemaLocation } from "./schema-pointer.ts";
import { resolveUrl, splitReference } from "./schema-url.ts";
import { entry, isTable, type SchemaTable, type SchemaValue } from "./schema-value.ts";

/** A schema that has a name of its own, and what it names within it. */
export interface Resource {
  readonly pointer: string;
  readonly id: string;
  readonly dialect: Dialect;
  readonly anchors: Map<string, string>;
  readonly dynamicAnchors: Set<string>;
}

/** What a document needs from whoever loads others. */
export interface DialectFinder {
  /** The draft that a schema's `$schema` leads to. */
  draftOf(location: SchemaLocation, schema: SchemaTable, fallback: Draft): Draft;
  /** The vocabularies of the metaschema that a schema names, if it is none of the drafts'. */
  vocabulariesOf(schema: SchemaTable, draft: Draft): readonly string[] | undefined;
}

/** One loaded document: its named schemas and their anchors. */
export class SchemaDocument {
  readonly url: string;
  readonly content: SchemaValue;
  readonly #finder: DialectFinder;
  readonly #byPointer = new Map<string, Resource>();
  readonly #byId = new Map<string, Resource>();
  readonly #processed = new Set<string>();

  constructor(url: string, content: SchemaValue, finder: DialectFinder, fallback: Dialect) {
    this.url = url;
    this.content = content;
    this.#finder = finder;
    this.#collect(content, { base: url, pointer: "", fallback });
  }

  /** The schema at this very pointer, if it has a name. */
  resourceAt(pointer: string): Resource | undefined {
    return this.#byPointer.get(pointer);
  }

  /** The named schema that a place belongs to. */
  resourceOf(pointer: string): Resource {
    for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const found = this.#byPointer.get(at);
      if (found !== undefined) return found;
    }
    return this.#byPointer.get("") as Resource;
  }

  isKnown(pointer: string): boolean {
    return this.#processed.has(pointer);
  }

  /** Takes what stands at a pointer for a schema, though no keyword says that it is one. */
  addSchema(pointer: string): SchemaValue {
    const schema = lookUp(this.content, { url: this.url, pointer });
    const base = this.resourceOf(pointer);
    this.#collect(schema, { base: base.id, pointer, fallback: base.dialect });
    return schema;
  }

  /** Where a URL and a fragment lead within this document; undefined for another document. */
  resolve(url: string, fragment: string): string | undefined {
    const resource = url === this.url ? this.#byPointer.get("") : this.#byId.get(url);
    return resource === undefined ? undefined : this.resolveIn(resource, fragment);
  }

  resolveIn(resource: Resource, fragment: string): string {
    if (fragment === "" || fragment.startsWith("/")) return `${resource.pointer}${fragment}`;
    const found = resource.anchors.get(fragment);
    if (found !== undefined) return found;
    const reference = locationText({ url: resource.id, pointer: fragment });
    throw new SchemaError(`anchor in ${quoteGo(reference)} not found in schema ${quoteGo(this.url)}`);
  }

  #collect(schema: SchemaValue, at: CollectAt): void {
    if (this.#processed.has(at.pointer)) return;
    this.#processed.add(at.pointer);
    if (isTable(schema)) this.#collectTable(schema, at);
    else if (at.pointer === "") this.#addResource(newResource("", at.base, at.fallback));
  }

  #collectTable(schema: SchemaTable, { base, pointer, fallback }: CollectAt): void {
    const location = { url: this.url, pointer };
    let draft = this.#finder.draftOf(location, schema, fallback.draft);
    let id = idOf(draft, schema);
    const isNamed = id !== "" || pointer === "";
    // Without a name, $schema counts for nothing.
    if (!isNamed) {
      draft = fallback.draft;
      id = idOf(draft, schema);
    }
    const url = id === "" ? base : resolveUrl(base, id);
    if (id !== "" || pointer === "") {
      const ownSchema = isNamed && typeof entry(schema, "$schema") === "string";
      const dialect = ownSchema
        ? { draft, vocabularies: this.#finder.vocabulariesOf(schema, draft) }
        : fallback;
      this.#addResource(newResource(pointer, url, dialect));
    }
    const resource = this.#byId.get(url) ?? (this.#byPointer.get("") as Resource);
    this.#collectAnchors(schema, pointer, resource);
    for (const [below, subschema] of subschemasOf(draft, schema, pointer)) {
      this.#collect(subschema, { base: url, pointer: below, fallback: resource.dialect });
    }
  }

  #addResource(resource: Resource): void {
    const present = this.#byId.get(resource.id);
    if (present === undefined) {
      this.#byId.set(resource.id, resource);
      this.#byPointer.set(resource.pointer, resource);
    } else if (present.pointer !== resource.pointer) {
      const [id, url] = [quoteGo(resource.id), quoteGo(this.url)];
      throw new SchemaError(
        `duplicate id ${id} in ${url} at ${quoteGo(resource.pointer)} and ${quoteGo(present.pointer)}`,
      );
    }
  }

  #collectAnchors(schema: SchemaTable, pointer: string, resource: Resource): void {
    const { draft } = resource.dialect;
    if (draft.version < 2019) {
      const id = entry(schema, draft.idKeyword);
      if (entry(schema, "$ref") !== undefined || typeof id !== "string") return;
      const { fragment } = splitReference(id);
      if (fragment !== "" && !fragment.startsWith("/")) this.#addAnchor(resource, fragment, pointer);
      return;
    }
    const anchor = entry(schema, "$anchor");
    if (typeof anchor === "string") this.#addAnchor(resource, anchor, pointer);
    const dynamic = entry(schema, "$dynamicAnchor");
    if (draft.version < 2020 || typeof dynamic !== "string") return;
    this.#addAnchor(resource, dynamic, pointer);
    resource.dynamicAnchors.add(dynamic);
  }

  #addAnchor({ anchors }: Resource, anchor: string, pointer: string): void {
    const present = anchors.get(anchor);
    if (present !== undefined && present !== pointer) {
      const [name, url] = [quoteGo(anchor), quoteGo(this.url)];
      throw new SchemaError(
        `duplicate anchor ${name} in ${url} at ${quoteGo(present)} and ${quoteGo(pointer)}`,
      );
    }
    anchors.set(anchor, pointer);
  }
}

interface CollectAt {
  readonly base: string;
  readonly pointer: string;
  readonly fallback: Dialect;
}

function newResource(pointer: string, id: string, dialect: Dialect): Resource {
  return { pointer, id, dialect, anchors: new Map(), dynamicAnchors: new Set() };
}

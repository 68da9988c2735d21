import { setImmediate as nextTurn } from "node:timers/promises";
import { type JsonObject, parseJson, writeJson } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { CHUNK_BYTES, ChunkWriter } from "../http/chunk-writer.ts";
import type { Negotiated } from "../http/negotiate.ts";
import { asBeta } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import type { StoredObject } from "../resources/object-store.ts";
import { ProtobufList } from "../http/protobuf-list.ts";
import { apiVersionOf, type Resource } from "../resources/resource.ts";
import { headOfText, splicedSize } from "../resources/splice-text.ts";
import { partialMetadata } from "../table/partial-metadata.ts";
import { isPrintedPlainly, tableOf, tableRow } from "../table/table.ts";

/** The pieces of a list's text, or the promise of a piece where making it takes long. */
export type ListPieces = Generator<Uint8Array> | AsyncGenerator<Uint8Array>;

/** A list as it is shown: what surrounds its items, and how one is written. */
interface ListForm {
  /** The whole text of a list without items. */
  readonly empty: string;
  readonly head: string;
  readonly separator: string;
  readonly tail: string;
  item(entry: StoredObject): string;
}

/** What a list shows. */
export interface ShownList {
  readonly metadata: JsonObject;
  readonly entries: readonly StoredObject[];
}

/**
 * A list, item after item, in pieces: however long it is, no more than a piece is made at a time. Throws for a form
 * that cannot be given before there is any piece.
 */
export function listPieces(call: Call, list: ShownList, how: Negotiated): ListPieces {
  const { resource } = call;
  const { metadata, entries } = list;
  if (how.as === undefined && how.format === "protobuf") return protobufPieces(call, list);
  const json = how.as === undefined ? plainForm(call, metadata) : viewForm(call, list, how);
  if (how.as === undefined && how.format === "json" && !how.isPretty && resource.servesStoredText)
    return storedPieces(resource, json, entries);
  return textPieces(inFormat(json, how), entries);
}

/** The usual list: what is stored is copied, nothing is decoded. */
function* storedPieces(
  resource: Resource,
  form: ListForm,
  entries: readonly StoredObject[],
): Generator<Uint8Array> {
  const first = Buffer.from(headOfText(resource, true), "utf8");
  const next = Buffer.concat([Buffer.from(form.separator), first]);
  const writer = new ChunkWriter(sizeOf(next, form, entries));
  writer.text(form.head);
  let head = first;
  for (const entry of entries) {
    writer.stored(head, entry);
    head = next;
    yield* writer.take();
  }
  writer.text(form.tail);
  yield* writer.end();
}

/** How many bytes a list takes at most, as long as that is not more than a piece. */
function sizeOf(head: Uint8Array, form: ListForm, entries: readonly StoredObject[]): number {
  let bytes = (form.head.length + form.tail.length) * 3;
  for (const entry of entries) {
    bytes += splicedSize(head, entry);
    if (bytes > CHUNK_BYTES) break;
  }
  return bytes;
}

/** Items that have to be written anew. That takes long, so others have their turn after each piece. */
async function* textPieces(form: ListForm, entries: readonly StoredObject[]): AsyncGenerator<Uint8Array> {
  const writer = new ChunkWriter();
  if (entries.length === 0) writer.text(form.empty);
  for (const [index, entry] of entries.entries()) {
    writer.text(index === 0 ? form.head : form.separator);
    writer.text(form.item(entry));
    for (const piece of writer.take()) {
      yield piece;
      await nextTurn();
    }
  }
  if (entries.length > 0) writer.text(form.tail);
  yield* writer.end();
}

function plainForm({ api, resource }: Call, metadata: JsonObject): ListForm {
  const { listKind } = resource;
  const empty = writeJson({ kind: listKind, apiVersion: apiVersionOf(resource), metadata, items: [] });
  return around(empty, (entry) => api.store.text(resource, entry, true));
}

function viewForm(call: Call, list: ShownList, how: Negotiated): ListForm {
  const { store } = call.api;
  const { continue: token, ...rest } = list.metadata;
  const metadata = token === undefined || token === "" ? rest : list.metadata;
  const beta = (text: string): string => (how.isBeta === true ? asBeta(text) : text);
  if (how.as === "Table") {
    const row = tableRow(call);
    const table = tableOf(call, [], metadata);
    const isNone = list.entries.length === 0 && isPrintedPlainly(call.resource);
    return around(beta(writeJson(isNone ? { ...table, rows: null } : table)), (entry) =>
      beta(writeJson(row(store.object(call.resource, entry)))),
    );
  }
  const types = { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" };
  // An empty list of metadata is a nil slice upstream.
  const items = list.entries.length === 0 ? null : [];
  return around(beta(writeJson({ ...types, metadata, items })), (entry) =>
    beta(writeJson(partialMetadata(store.object(call.resource, entry)))),
  );
}

/** The form of a list whose JSON ends with its items, of which there are none yet. */
function around(empty: string, item: ListForm["item"]): ListForm {
  return { empty, head: empty.slice(0, -2), separator: ",", tail: "]}", item };
}

function inFormat(json: ListForm, how: Negotiated): ListForm {
  if (how.format === "yaml") return inYaml(json);
  return how.isPretty ? pretty(json) : json;
}

/** Items stand in an array of an object, so they are indented twice. */
const ITEM_INDENT = "\n    ";

function pretty({ empty: plain, item }: ListForm): ListForm {
  const empty = JSON.stringify(JSON.parse(plain), null, 2);
  return {
    empty,
    head: `${empty.slice(0, empty.lastIndexOf("]"))}${ITEM_INDENT}`,
    separator: `,${ITEM_INDENT}`,
    tail: "\n  ]\n}",
    item: (entry) => JSON.stringify(JSON.parse(item(entry)), null, 2).replaceAll("\n", ITEM_INDENT),
  };
}

/** In YAML, keys are sorted, so that something may follow the items. */
function inYaml({ empty: plain, item }: ListForm): ListForm {
  const empty = emitYaml(parseJson(plain));
  const none = /^(items|rows): \[\]\n/m.exec(empty);
  const at = none === null ? empty.length : none.index;
  return {
    empty,
    head: `${empty.slice(0, at)}${none?.[1] ?? ""}:\n`,
    separator: "",
    tail: empty.slice(at + (none?.[0].length ?? 0)),
    item: (entry) => emitYaml([parseJson(item(entry))]),
  };
}

/** Items that are encoded before others have their turn. */
const PROTOBUF_TURN = 50;

/** Says first how long it is, so every item has to be encoded before the first byte is sent. */
async function* protobufPieces({ api, resource }: Call, list: ShownList): AsyncGenerator<Uint8Array> {
  const types = { apiVersion: apiVersionOf(resource), kind: resource.listKind };
  const encoded = new ProtobufList(types, list.metadata);
  let held = 0;
  try {
    for (const [index, entry] of list.entries.entries()) {
      const bytes = encoded.add(parseJson(api.store.text(resource, entry, true)));
      held += bytes;
      api.budget.hold(bytes);
      if (index % PROTOBUF_TURN === PROTOBUF_TURN - 1) await nextTurn();
    }
    const writer = new ChunkWriter();
    for (const part of encoded.parts()) {
      writer.bytes(part);
      yield* writer.take();
    }
    yield* writer.end();
  } finally {
    api.budget.release(held);
  }
}

import { writeJson } from "@weir/core";
import type { ObjectStore, StoredObject } from "../resources/object-store.ts";
import type { Resource } from "../resources/resource.ts";
import { headOfText, splicedSize, spliceText } from "../resources/splice-text.ts";
import { partialMetadata } from "../table/partial-metadata.ts";

/** What happened to an object, for one watcher. */
export type EventType = "ADDED" | "MODIFIED" | "DELETED";

/** What ends the line of an event. */
const END = "}\n";

/** The line that tells of an object: what is stored is copied, nothing is decoded where that can be avoided. */
// oxlint-disable-next-line max-params -- an event, and the store that knows its object
export function eventLine(
  store: ObjectStore,
  resource: Resource,
  type: EventType,
  entry: StoredObject,
): Uint8Array {
  if (!resource.servesStoredText)
    return Buffer.from(`{"type":"${type}","object":${store.text(resource, entry, false)}${END}`);
  const head = eventHead(resource, type);
  const line = Buffer.allocUnsafeSlow(splicedSize(head, entry) + END.length);
  const end = spliceText(line, 0, head, entry);
  return line.subarray(0, end + line.write(END, end, "latin1"));
}

/** What comes before an object's revision in the line of an event. */
export function eventHead(resource: Resource, type: EventType): Uint8Array {
  return Buffer.from(`{"type":"${type}","object":${headOfText(resource, false)}`);
}

/** The line that tells of an object's metadata alone. */
// oxlint-disable-next-line max-params -- an event, and the store that knows its object
export function metadataLine(
  store: ObjectStore,
  resource: Resource,
  type: EventType,
  entry: StoredObject,
): Uint8Array {
  const object = partialMetadata(store.object(resource, entry));
  return Buffer.from(`${writeJson({ type, object })}\n`);
}

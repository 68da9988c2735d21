import { type JsonObject, type JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import { jsonEqual } from "../json-equality.ts";
import {
  isJsonArray,
  isJsonObject,
  jsonTypeName,
  type MutableJsonObject,
  ownValue,
  setOwn,
} from "../json-object.ts";
import { JsonPatchError } from "./json-patch-error.ts";

/** How lenient a JSON patch is; the defaults are those of the API server and of kustomize. */
export interface JsonPatchOptions {
  /** Takes `remove` of a path that does not exist as done; false by default. */
  readonly allowMissingPathOnRemove?: boolean;
  /** Creates the objects on the way to an added path; false by default. */
  readonly ensurePathExistsOnAdd?: boolean;
  /** Most bytes of JSON that the patch's `copy` operations may add; 3 MiB by default, as in the API server. */
  readonly maxCopiedBytes?: number;
}

const defaultMaxCopiedBytes = 3 * 1024 * 1024;
/** Deeper than any document the API accepts: Go's JSON decoder stops at this depth too. */
const maxCopiedDepth = 10_000;

/** A container on the way to the patched place: writable, because this patch copied it first. */
type Container = MutableJsonObject | JsonValue[];

/**
 * Applies an RFC 6902 patch as evanphx/json-patch v4 does, which the API server and kustomize use.
 *
 * That is laxer than the RFC: `replace` of a missing key adds it, `copy` of a missing key copies null, an operation
 * without `value` writes null, `test` of a missing key against null holds, array indexes may be negative, and a path
 * needs no leading slash (what stands before the first slash is ignored). The document is never changed, and the result
 * shares every part that no operation touched. Throws `JsonPatchError` at the first operation that fails.
 */
export function applyJsonPatch(
  document: JsonValue,
  operations: readonly JsonValue[],
  options: JsonPatchOptions = {},
): JsonValue {
  const patching = new Patching(document, options);
  operations.forEach((operation, index) => patching.apply(operation, index));
  return patching.document;
}

class Patching {
  document: JsonValue;
  readonly #options: JsonPatchOptions;
  /** Containers that this patch made, and may therefore write. */
  readonly #own = new WeakSet<object>();
  #copiedBytes = 0;
  #index = 0;

  constructor(document: JsonValue, options: JsonPatchOptions) {
    this.document = document;
    this.#options = options;
  }

  apply(operation: JsonValue, index: number): void {
    this.#index = index;
    if (!isJsonObject(operation)) {
      const type = jsonTypeName(operation);
      throw this.#failed(
        `json: cannot unmarshal ${type} into Go value of type jsonpatch.Operation`,
        "malformed",
      );
    }
    const op = ownValue(operation, "op");
    const kind = typeof op === "string" ? op : "unknown";
    switch (kind) {
      case "add":
        return this.#add(operation);
      case "remove":
        return this.#remove(operation);
      case "replace":
        return this.#replace(operation);
      case "move":
        return this.#move(operation);
      case "copy":
        return this.#copy(operation);
      case "test":
        return this.#test(operation);
      default:
        throw this.#failed(`Unexpected kind: ${kind}`, "unexpected-kind");
    }
  }

  #add(operation: JsonObject): void {
    const path = this.#path(operation, "add operation failed to decode path: missing value");
    if (this.#options.ensurePathExistsOnAdd === true) this.#ensureParents(path);
    const place = this.#find(path);
    if (place === undefined) {
      throw this.#failed(
        `add operation does not apply: doc is missing path: "${path}": missing value`,
        "missing",
      );
    }
    this.#insert(place, ownValue(operation, "value") ?? null, `error in add for path: '${path}': `);
  }

  #remove(operation: JsonObject): void {
    const path = this.#path(operation, "remove operation failed to decode path: missing value");
    const place = this.#find(path);
    if (place === undefined) {
      if (this.#options.allowMissingPathOnRemove === true) return;
      throw this.#failed(
        `remove operation does not apply: doc is missing path: "${path}": missing value`,
        "missing",
      );
    }
    const isMissing = !isJsonArray(place.container) && !Object.hasOwn(place.container, place.key);
    if (isMissing && this.#options.allowMissingPathOnRemove === true) return;
    this.#take(place, `error in remove for path: '${path}': `);
  }

  #replace(operation: JsonObject): void {
    const missing = "replace operation failed to decode path: operation missing path field: missing value";
    const path = this.#path(operation, missing);
    const value = ownValue(operation, "value") ?? null;
    if (path === "") {
      if (!isJsonObject(value) && !isJsonArray(value)) {
        throw this.#failed("replace operation value must be object or array: %!w(<nil>)", "invalid");
      }
      this.document = value;
      return;
    }
    const place = this.#find(path);
    if (place === undefined) {
      throw this.#failed(
        `replace operation does not apply: doc is missing path: ${path}: missing value`,
        "missing",
      );
    }
    if (!isJsonArray(place.container)) return setOwn(place.container, place.key, value);
    const index = readIndex(place.key, place.container.length - 1);
    if (typeof index !== "number") {
      throw this.#failed(
        `replace operation does not apply: doc is missing key: ${path}: missing value`,
        "missing",
      );
    }
    place.container[index] = value;
  }

  #move(operation: JsonObject): void {
    const from = this.#from(operation, "move");
    const source = this.#find(from);
    if (source === undefined) {
      throw this.#failed(
        `move operation does not apply: doc is missing from path: ${from}: missing value`,
        "missing",
      );
    }
    const value = this.#take(source, `error in move for path: '${source.key}': `);
    const path = this.#path(
      operation,
      "move operation failed to decode path: operation missing path field: missing value",
    );
    this.#insert(this.#destination(path, "move"), value, `error in move for path: '${path}': `);
  }

  #copy(operation: JsonObject): void {
    const from = this.#from(operation, "copy");
    const source = this.#find(from);
    if (source === undefined) {
      throw this.#failed(
        `copy operation does not apply: doc is missing from path: ${from}: missing value`,
        "missing",
      );
    }
    const value = this.#read(source, `error in copy for from: '${from}': `) ?? null;
    const path = this.#path(operation, "copy operation failed to decode path: missing value");
    this.#disown(value);
    this.#insert(this.#destination(path, "copy"), value, "error while adding value during copy: ");
  }

  #test(operation: JsonObject): void {
    const path = this.#path(
      operation,
      "test operation failed to decode path: operation missing path field: missing value",
    );
    const want = ownValue(operation, "value") ?? null;
    const place = path === "" ? undefined : this.#find(path);
    if (place === undefined && path !== "") {
      throw this.#failed(`test operation does not apply: is missing path: ${path}: missing value`, "missing");
    }
    const found =
      place === undefined ? this.document : this.#read(place, `error in test for path: '${path}': `);
    if (jsonEqual(found ?? null, want)) return;
    throw this.#failed(`testing value ${path} failed: test failed`, "test-failed");
  }

  #path(operation: JsonObject, missing: string): string {
    const path = ownValue(operation, "path");
    if (typeof path === "string") return path;
    if (path === undefined || path === null) throw this.#failed(missing, "missing");
    throw this.#failed(wrongType(path), "malformed");
  }

  #from(operation: JsonObject, kind: "move" | "copy"): string {
    const from = ownValue(operation, "from");
    if (typeof from === "string") return from;
    const cause =
      from === undefined || from === null ? "operation, missing from field: missing value" : wrongType(from);
    throw this.#failed(`${kind} operation failed to decode from: ${cause}`, "missing");
  }

  /** Finds the container that holds the last segment, with every container on the way made writable. */
  #find(path: string): Place | undefined {
    const segments = path.split("/");
    const last = segments.pop();
    if (last === undefined || segments.length === 0) return undefined;
    if (!this.#hasContainer(segments)) return undefined;
    let container = this.#writable(this.document, (copy) => {
      this.document = copy;
    });
    for (const segment of segments.slice(1)) {
      if (container === undefined) return undefined;
      container = this.#child(container, decodeSegment(segment));
    }
    return container === undefined ? undefined : { container, key: decodeSegment(last) };
  }

  /** Looks before anything is copied, so that a failing lookup costs nothing. */
  #hasContainer(segments: readonly string[]): boolean {
    let value: JsonValue | undefined = this.document;
    for (const segment of segments.slice(1)) {
      value = childOf(value, decodeSegment(segment));
      if (value === undefined) return false;
    }
    return isJsonObject(value) || isJsonArray(value);
  }

  #child(container: Container, key: string): Container | undefined {
    if (isArray(container)) {
      const index = readIndex(key, container.length - 1);
      if (typeof index !== "number") return undefined;
      return this.#writable(container[index] ?? null, (copy) => {
        container[index] = copy;
      });
    }
    return this.#writable(ownValue(container, key) ?? null, (copy) => setOwn(container, key, copy));
  }

  #writable(value: JsonValue, replace: (copy: JsonValue) => void): Container | undefined {
    if (!isJsonObject(value) && !isJsonArray(value)) return undefined;
    if (this.#own.has(value)) return value as Container;
    const copy: Container = isJsonArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    replace(copy);
    return copy;
  }

  /**
   * A copied value is in the document twice: neither place may be written through the other any more. What was copied
   * is counted on the way, because a few copies of copies make a document of any size.
   */
  #disown(value: JsonValue): void {
    const pending: { readonly value: JsonValue; readonly depth: number }[] = [{ value, depth: 0 }];
    const limit = this.#options.maxCopiedBytes ?? defaultMaxCopiedBytes;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      this.#copiedBytes += byteEstimate(next.value);
      if (this.#copiedBytes > limit || next.depth > maxCopiedDepth) {
        throw this.#failed(
          `Unable to complete the copy, the accumulated size increase of copy is ${this.#copiedBytes}, exceeding the limit ${limit}`,
          "too-large",
        );
      }
      if (typeof next.value !== "object" || next.value === null) continue;
      this.#own.delete(next.value);
      for (const child of Object.values(next.value)) pending.push({ value: child, depth: next.depth + 1 });
    }
  }

  #destination(path: string, kind: "move" | "copy"): Place {
    const place = this.#find(path);
    if (place !== undefined) return place;
    throw this.#failed(
      `${kind} operation does not apply: doc is missing destination path: ${path}: missing value`,
      "missing",
    );
  }

  #read(place: Place, context: string): JsonValue | undefined {
    if (!isArray(place.container)) return ownValue(place.container, place.key);
    const index = readIndex(place.key, place.container.length - 1);
    if (typeof index !== "number") throw this.#failed(context + index.message, index.failure);
    return place.container[index];
  }

  #take(place: Place, context: string): JsonValue {
    const { container, key } = place;
    if (isArray(container)) {
      const index = readIndex(key, container.length - 1);
      if (typeof index !== "number") {
        if (this.#options.allowMissingPathOnRemove === true && index.failure === "invalid-index") return null;
        throw this.#failed(context + index.message, index.failure);
      }
      return container.splice(index, 1)[0] ?? null;
    }
    const value = ownValue(container, key);
    if (value === undefined) {
      throw this.#failed(`${context}Unable to remove nonexistent key: ${key}: missing value`, "missing");
    }
    delete container[key];
    return value;
  }

  #insert(place: Place, value: JsonValue, context: string): void {
    const { container, key } = place;
    if (!isArray(container)) return setOwn(container, key, value);
    if (key === "-") {
      container.push(value);
      return;
    }
    const index = readIndex(key, container.length);
    if (typeof index !== "number") {
      const notAnIndex =
        index.failure === "malformed" ? `value was not a proper array index: '${key}': ` : "";
      throw this.#failed(context + notAnIndex + index.message, index.failure);
    }
    container.splice(index, 0, value);
  }

  #ensureParents(path: string): void {
    const segments = path.split("/").slice(1);
    let container = this.#writable(this.document, (copy) => {
      this.document = copy;
    });
    for (const [depth, segment] of segments.slice(0, -1).entries()) {
      if (container === undefined) return;
      const key = decodeSegment(segment);
      if (childOf(container, key) === undefined) {
        const next = segments[depth + 1] ?? "";
        const made: JsonValue = next === "-" || /^[+-]?\d+$/.test(next) ? [] : {};
        this.#insert({ container, key }, made, `error in add for path: '${path}': `);
      }
      container = this.#child(container, key);
    }
  }

  #failed(message: string, failure: JsonPatchError["failure"]): JsonPatchError {
    return new JsonPatchError(message, failure, this.#index);
  }
}

interface Place {
  readonly container: Container;
  readonly key: string;
}

interface BadIndex {
  readonly message: string;
  readonly failure: "malformed" | "invalid-index";
}

function isArray(container: Container): container is JsonValue[] {
  return Array.isArray(container);
}

function childOf(value: JsonValue, key: string): JsonValue | undefined {
  if (isJsonObject(value)) return ownValue(value, key) ?? undefined;
  if (!isJsonArray(value)) return undefined;
  const index = readIndex(key, value.length - 1);
  return typeof index === "number" ? (value[index] ?? undefined) : undefined;
}

/** Reads an array index as strconv.Atoi does; negative ones count from behind `highest`. */
function readIndex(key: string, highest: number): number | BadIndex {
  if (!/^[+-]?\d+$/.test(key)) {
    const message = `strconv.Atoi: parsing ${quoteGo(key)}: invalid syntax`;
    return { message, failure: "malformed" };
  }
  const number = BigInt(key.replace(/^\+/, ""));
  if (number !== BigInt.asIntN(64, number)) {
    const message = `strconv.Atoi: parsing ${quoteGo(key)}: value out of range`;
    return { message, failure: "malformed" };
  }
  const index = number < 0n ? Number(number) + highest + 1 : Number(number);
  if (index < 0 || index > highest) {
    const message = `Unable to access invalid index: ${number}: invalid index referenced`;
    return { message, failure: "invalid-index" };
  }
  return index;
}

/** About what one value adds to the JSON text: its own characters, not its children's. */
function byteEstimate(value: JsonValue): number {
  if (typeof value === "string") return value.length + 2;
  if (isJsonArray(value)) return 2 + value.length;
  if (!isJsonObject(value)) return String(value).length;
  return Object.keys(value).reduce((bytes, key) => bytes + key.length + 4, 2);
}

/** Undoes RFC 6901's escapes, all in one pass from the left. */
function decodeSegment(segment: string): string {
  return segment.replace(/~[01]/g, (escape) => (escape === "~1" ? "/" : "~"));
}

function wrongType(value: JsonValue): string {
  return `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type string`;
}

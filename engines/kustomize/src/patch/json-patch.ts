import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { CopyBudget } from "../growth-budget.ts";
import { KustomizeError, messageOf, withPrefix } from "../error.ts";
import { setKey } from "../node/to-json.ts";

/** One operation of a JSON patch, with its fields as they were written. */
export type JsonPatchOperation = JsonObject;

type Container = JsonValue[] | Record<string, JsonValue>;

/** Reads a JSON patch: strict JSON where the text starts with `[`, YAML elsewhere. */
export function parseJsonPatch(text: string): readonly JsonPatchOperation[] {
  let value: JsonValue;
  try {
    value = text.startsWith("[") ? parseJson(text) : loadYaml(text);
  } catch (error) {
    throw new KustomizeError(messageOf(error), { cause: error });
  }
  if (value === null) return [];
  if (!Array.isArray(value)) {
    throw new KustomizeError("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  }
  return value.map((operation: JsonValue) => {
    if (operation !== null && typeof operation === "object" && !Array.isArray(operation)) {
      return operation as JsonPatchOperation;
    }
    throw new KustomizeError("json: cannot unmarshal value into Go value of type jsonpatch.Operation");
  });
}

/** Applies a patch to a value that it may change, as evanphx/json-patch v4 does. */
export function applyJsonPatch(document: JsonValue, patch: readonly JsonPatchOperation[]): JsonValue {
  const root: Root = { value: document, budget: new CopyBudget() };
  for (const operation of patch) apply(root, operation);
  return root.value;
}

interface Root {
  value: JsonValue;
  readonly budget: CopyBudget;
}

function apply(root: Root, operation: JsonPatchOperation): void {
  const op = typeof operation["op"] === "string" ? operation["op"] : "unknown";
  switch (op) {
    case "add":
      return add(root, operation);
    case "remove":
      return remove(root, operation);
    case "replace":
      return replace(root, operation);
    case "move":
      return move(root, operation);
    case "copy":
      return copy(root, operation);
    case "test":
      return test(root, operation);
    default:
      throw new KustomizeError(`Unexpected kind: ${op}`);
  }
}

function pathOf(operation: JsonPatchOperation, field: "path" | "from"): string {
  const path = operation[field];
  if (typeof path === "string") return path;
  throw new KustomizeError(
    `${String(operation["op"])} operation failed to decode ${field}: operation missing ${field} field: missing value`,
  );
}

function isContainer(value: JsonValue | undefined): value is Container & JsonValue {
  return typeof value === "object" && value !== null;
}

function decodeKey(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}

interface Place {
  readonly container: Container;
  readonly key: string;
}

/** The container that a path ends in; what stands before the first slash is not looked at. */
function findPlace(root: Root, path: string): Place | undefined {
  const parts = path.split("/");
  if (parts.length < 2 || !isContainer(root.value)) return undefined;
  let container = root.value as Container;
  for (const part of parts.slice(1, -1)) {
    const next = tryGet(container, decodeKey(part));
    if (!isContainer(next)) return undefined;
    container = next as Container;
  }
  return { container, key: decodeKey(parts.at(-1) ?? "") };
}

function tryGet(container: Container, key: string): JsonValue | undefined {
  try {
    return get({ container, key });
  } catch {
    return undefined;
  }
}

function indexOf(key: string, length: number): number {
  if (!/^[-+]?\d+$/.test(key)) {
    throw new KustomizeError(
      `value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`,
    );
  }
  const index = Number(key);
  if (index >= length || index < -length) {
    throw new KustomizeError(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return index < 0 ? index + length : index;
}

function get({ container, key }: Place): JsonValue | undefined {
  if (Array.isArray(container)) return container[indexOf(key, container.length)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function put({ container, key }: Place, value: JsonValue): void {
  if (!Array.isArray(container)) setKey(container, key, value);
  else if (key === "-") container.push(value);
  else container.splice(indexOf(key, container.length + 1), 0, value);
}

function take({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(indexOf(key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw new KustomizeError(`Unable to remove nonexistent key: ${key}: missing value`);
}

function attempt<Value>(name: string, path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw new KustomizeError(`error in ${name} for path: '${path}': ${messageOf(error)}`, { cause: error });
  }
}

function missing(what: string): KustomizeError {
  return new KustomizeError(`${what}: missing value`);
}

function valueOf(operation: JsonPatchOperation): JsonValue {
  return structuredClone(operation["value"] ?? null);
}

function add(root: Root, operation: JsonPatchOperation): void {
  const path = pathOf(operation, "path");
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`add operation does not apply: doc is missing path: "${path}"`);
  attempt("add", path, () => put(place, valueOf(operation)));
}

function remove(root: Root, operation: JsonPatchOperation): void {
  const path = pathOf(operation, "path");
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`remove operation does not apply: doc is missing path: "${path}"`);
  attempt("remove", path, () => take(place));
}

function replace(root: Root, operation: JsonPatchOperation): void {
  const path = pathOf(operation, "path");
  if (path === "") {
    const value = valueOf(operation);
    if (!isContainer(value)) {
      const problem = "replace operation value must be object or array";
      // Go's own remark on an error that is none.
      if (value !== null) throw new KustomizeError(`${problem}: %!w(<nil>)`);
      throw new KustomizeError(`replace operation hit a missing or null value: ${problem}`);
    }
    root.value = value;
    return;
  }
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`replace operation does not apply: doc is missing path: ${path}`);
  const { container, key } = place;
  if (!Array.isArray(container)) {
    setKey(container, key, valueOf(operation));
    return;
  }
  let index: number;
  try {
    index = indexOf(key, container.length);
  } catch (error) {
    throw new KustomizeError(`replace operation does not apply: doc is missing key: ${path}: missing value`, {
      cause: error,
    });
  }
  container[index] = valueOf(operation);
}

function move(root: Root, operation: JsonPatchOperation): void {
  const from = pathOf(operation, "from");
  const source = findPlace(root, from);
  if (source === undefined) throw missing(`move operation does not apply: doc is missing from path: ${from}`);
  const value = attempt("move", source.key, () => get(source));
  attempt("move", source.key, () => take(source));
  const path = pathOf(operation, "path");
  const target = findPlace(root, path);
  if (target === undefined)
    throw missing(`move operation does not apply: doc is missing destination path: ${path}`);
  attempt("move", path, () => put(target, value ?? null));
}

function copy(root: Root, operation: JsonPatchOperation): void {
  const from = pathOf(operation, "from");
  const source = findPlace(root, from);
  if (source === undefined) throw missing(`copy operation does not apply: doc is missing from path: ${from}`);
  const value = attempt("copy", source.key, () => get(source));
  const path = pathOf(operation, "path");
  const target = findPlace(root, path);
  if (target === undefined)
    throw missing(`copy operation does not apply: doc is missing destination path: ${path}`);
  root.budget.spend(value ?? null, "a copy operation");
  withPrefix("error while adding value during copy", () => put(target, structuredClone(value ?? null)));
}

function test(root: Root, operation: JsonPatchOperation): void {
  const path = pathOf(operation, "path");
  const expected = operation["value"] ?? null;
  const failed = new KustomizeError(`testing value ${path} failed: test failed`);
  if (path === "") {
    if (!isEqual(root.value, expected)) throw failed;
    return;
  }
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`test operation does not apply: is missing path: ${path}`);
  const value = attempt("test", path, () => get(place)) ?? null;
  if (!isEqual(value, expected)) throw failed;
}

function isEqual(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item: JsonValue, at) => isEqual(item, (b as readonly JsonValue[])[at] ?? null));
  }
  const [left, right] = [a as JsonObject, b as JsonObject];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key] ?? null, right[key] ?? null));
}

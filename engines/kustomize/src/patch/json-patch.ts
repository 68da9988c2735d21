import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { CopyBudget } from "../growth-budget.ts";
import { GoNumberError, parseGoAtoi } from "@weir/text";
import { KustomizeError, messageOf, withPrefix } from "../error.ts";
import { jsonKind } from "../file/go-decode.ts";
import { goJson } from "../node/go-json.ts";
import { setKey } from "../node/to-json.ts";

/** One operation of a JSON patch, with its fields as they were written; null where the patch has null for one. */
export type JsonPatchOperation = JsonObject | null;

type Container = JsonValue[] | Record<string, JsonValue>;

/** Reads a JSON patch: strict JSON where the text starts with `[`, YAML elsewhere. */
export function parseJsonPatch(text: string): readonly JsonPatchOperation[] {
  return decodeJsonPatch(jsonOfPatch(text));
}

/** The JSON text of a patch. */
export function jsonOfPatch(text: string): string {
  if (text.startsWith("[")) return text;
  try {
    return goJson(loadYaml(text));
  } catch (error) {
    throw new KustomizeError(messageOf(error), { cause: error });
  }
}

/** Reads a JSON patch that is JSON. */
export function decodeJsonPatch(json: string): readonly JsonPatchOperation[] {
  let value: JsonValue;
  try {
    value = parseJson(json);
  } catch (error) {
    throw new KustomizeError(messageOf(error), { cause: error });
  }
  if (value === null) return [];
  if (!Array.isArray(value)) throw notOfType(value, "jsonpatch.Patch");
  const operations = value.map((operation: JsonValue) => {
    if (typeof operation === "object" && !Array.isArray(operation)) return operation as JsonPatchOperation;
    throw notOfType(operation, "jsonpatch.Operation");
  });
  const hasTest = operations.some((operation) => kindOf(operation) === "test");
  return hasTest ? withSourceValues(operations, json) : operations;
}

function notOfType(value: JsonValue, type: string): KustomizeError {
  return new KustomizeError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`);
}

interface ReviverContext {
  readonly source?: string;
}
type SourceReviver = (this: unknown, key: string, value: unknown, context: ReviverContext) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => readonly JsonPatchOperation[];

/**
 * The operations, with NaN, which equals nothing, where a `test` has a scalar in another form than Go's (`1.50`, or `<`
 * where Go escapes it): upstream compares the texts of scalars.
 */
function withSourceValues(
  operations: readonly JsonPatchOperation[],
  text: string,
): readonly JsonPatchOperation[] {
  const marked = parseWithSource(text, (_key, value, { source }) => {
    if (typeof value !== "number" && typeof value !== "string") return value;
    if (typeof value === "number" && /^-?\d{16,}$/.test(source ?? "")) return BigInt(source ?? "");
    return goJson(value) === source ? value : Number.NaN;
  });
  return operations.map((operation, at) => {
    if (operation === null || kindOf(operation) !== "test" || operation["value"] === undefined)
      return operation;
    return { ...operation, value: marked[at]?.["value"] ?? null };
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

function kindOf(operation: JsonPatchOperation): string {
  const op = operation?.["op"];
  return typeof op === "string" ? op : "unknown";
}

function apply(root: Root, operation: JsonPatchOperation): void {
  const kind = kindOf(operation);
  const act = ACTIONS.get(kind);
  if (act === undefined || operation === null) throw new KustomizeError(`Unexpected kind: ${kind}`);
  act(root, operation);
}

function pathOf(operation: JsonObject, field: "path" | "from"): string {
  const path = operation[field] ?? null;
  if (typeof path === "string") return path;
  const what = `${String(operation["op"])} operation failed to decode ${field}`;
  if (field === "path" && /^(?:add|remove|copy)$/.test(kindOf(operation))) throw missing(what);
  if (path !== null) {
    throw new KustomizeError(
      `${what}: json: cannot unmarshal ${jsonKind(path)} into Go value of type string`,
    );
  }
  throw missing(
    `${what}: ${field === "path" ? "operation missing path field" : "operation, missing from field"}`,
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
  const index = parseGoAtoi(key);
  if (index >= length || index < -length) {
    throw new KustomizeError(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return Number(index < 0n ? index + BigInt(length) : index);
}

function get({ container, key }: Place): JsonValue | undefined {
  if (Array.isArray(container)) return container[indexOf(key, container.length)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function put({ container, key }: Place, value: JsonValue): void {
  if (!Array.isArray(container)) setKey(container, key, value);
  else if (key === "-") container.push(value);
  else container.splice(newIndexOf(key, container.length + 1), 0, value);
}

function newIndexOf(key: string, length: number): number {
  try {
    return indexOf(key, length);
  } catch (error) {
    if (!(error instanceof GoNumberError)) throw error;
    throw new KustomizeError(`value was not a proper array index: '${key}': ${error.message}`, {
      cause: error,
    });
  }
}

function take({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(indexOf(key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw new KustomizeError(`Unable to remove nonexistent key: ${key}: missing value`);
}

function attempt<Value>(what: string, path: string, action: () => Value): Value {
  return withPrefix(`error in ${what}: '${path}'`, action);
}

function missing(what: string): KustomizeError {
  return new KustomizeError(`${what}: missing value`);
}

function valueOf(operation: JsonObject): JsonValue {
  return structuredClone(operation["value"] ?? null);
}

function add(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, "path");
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`add operation does not apply: doc is missing path: "${path}"`);
  attempt("add for path", path, () => put(place, valueOf(operation)));
}

function remove(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, "path");
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`remove operation does not apply: doc is missing path: "${path}"`);
  attempt("remove for path", path, () => take(place));
}

function replace(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, "path");
  if (path === "") {
    const value = valueOf(operation);
    if (!isContainer(value)) {
      // Go's own remark on an error that is none.
      throw new KustomizeError("replace operation value must be object or array: %!w(<nil>)");
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

function move(root: Root, operation: JsonObject): void {
  const from = pathOf(operation, "from");
  const source = findPlace(root, from);
  if (source === undefined) throw missing(`move operation does not apply: doc is missing from path: ${from}`);
  const value = attempt("move for path", source.key, () => get(source));
  attempt("move for path", source.key, () => take(source));
  const path = pathOf(operation, "path");
  const target = findPlace(root, path);
  if (target === undefined)
    throw missing(`move operation does not apply: doc is missing destination path: ${path}`);
  attempt("move for path", path, () => put(target, value ?? null));
}

function copy(root: Root, operation: JsonObject): void {
  const from = pathOf(operation, "from");
  const source = findPlace(root, from);
  if (source === undefined) throw missing(`copy operation does not apply: doc is missing from path: ${from}`);
  const value = attempt("copy for from", from, () => get(source));
  const path = pathOf(operation, "path");
  const target = findPlace(root, path);
  if (target === undefined)
    throw missing(`copy operation does not apply: doc is missing destination path: ${path}`);
  root.budget.spend(value ?? null, "a copy operation");
  withPrefix("error while adding value during copy", () => put(target, structuredClone(value ?? null)));
}

function test(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, "path");
  const expected = operation["value"] ?? null;
  const failed = new KustomizeError(`testing value ${path} failed: test failed`);
  if (path === "") {
    if (!isEqual(root.value, expected)) throw failed;
    return;
  }
  const place = findPlace(root, path);
  if (place === undefined) throw missing(`test operation does not apply: is missing path: ${path}`);
  const value = attempt("test for path", path, () => get(place)) ?? null;
  if (!isEqual(value, expected)) throw failed;
}

const ACTIONS: ReadonlyMap<string, (root: Root, operation: JsonObject) => void> = new Map([
  ["add", add],
  ["remove", remove],
  ["replace", replace],
  ["move", move],
  ["copy", copy],
  ["test", test],
]);

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

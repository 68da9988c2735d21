/** A value of an expression. Signed integers are bigints, doubles are numbers, lists are arrays. */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly CelValue[]
  | CelMap
  | CelUint
  | CelTimestamp
  | CelDuration
  | CelOptional
  | CelTypeName
  | CelObject
  | CelFailure;

/** An unsigned 64-bit integer. */
export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** Where a map has its entries from. */
interface MapContent {
  readonly isJson: boolean;
  readonly size: number;
  get(key: CelValue): CelValue | undefined;
  entries(): Iterable<readonly [CelValue, CelValue]>;
  insert(key: CelValue, value: CelValue): void;
}

/** A map of an expression: keys are strings, booleans and whole numbers, and `1`, `1u` and `1.0` are one key. */
export class CelMap {
  readonly #content: MapContent;

  constructor(
    entries: Iterable<readonly [CelValue, CelValue]> = [],
    content: MapContent = new EntryContent(),
  ) {
    this.#content = content;
    for (const [key, value] of entries) content.insert(key, value);
  }

  get size(): number {
    return this.#content.size;
  }

  /** Whether it was a JSON object, and is not made by an expression. */
  get isJson(): boolean {
    return this.#content.isJson;
  }

  get(key: CelValue): CelValue | undefined {
    return this.#content.get(key);
  }

  has(key: CelValue): boolean {
    return this.get(key) !== undefined;
  }

  entries(): Iterable<readonly [CelValue, CelValue]> {
    return this.#content.entries();
  }

  /** Adds an entry to a map that nothing else sees yet. */
  insert(key: CelValue, value: CelValue): void {
    this.#content.insert(key, value);
  }
}

class EntryContent implements MapContent {
  readonly isJson = false;
  readonly #entries = new Map<string, readonly [CelValue, CelValue]>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: CelValue): CelValue | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.#entries.get(text)?.[1];
  }

  entries(): Iterable<readonly [CelValue, CelValue]> {
    return this.#entries.values();
  }

  insert(key: CelValue, value: CelValue): void {
    this.#entries.set(keyText(key) ?? "", [key, value]);
  }
}

/** One text for all keys that are equal; undefined for what cannot be a key. */
function keyText(key: CelValue): string | undefined {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "boolean") return `b${key}`;
  if (typeof key === "bigint") return `n${key}`;
  if (key instanceof CelUint) return `n${key.value}`;
  if (typeof key === "number" && Number.isInteger(key)) return `n${BigInt(key)}`;
  return undefined;
}

/** Whether a value may be a key of a map. */
export function isMapKey(key: CelValue): boolean {
  return keyText(key) !== undefined;
}

type ReadJson = (value: unknown, key: string) => CelValue;

/** A JSON object as a map whose values are read when they are asked for. Its size may count keys that nobody can ask for. */
export function celJsonMap(
  content: Readonly<Record<string, unknown>>,
  read: ReadJson,
  size?: number,
): CelMap {
  return new CelMap([], new JsonContent(content, read, size));
}

class JsonContent implements MapContent {
  readonly isJson = true;
  readonly #content: Readonly<Record<string, unknown>>;
  readonly #read: ReadJson;
  readonly #known = new Map<string, CelValue>();
  #size: number | undefined;

  constructor(content: Readonly<Record<string, unknown>>, read: ReadJson, size: number | undefined) {
    this.#content = content;
    this.#read = read;
    this.#size = size;
  }

  get size(): number {
    this.#size ??= Object.keys(this.#content).length;
    return this.#size;
  }

  get(key: CelValue): CelValue | undefined {
    if (typeof key !== "string") return undefined;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.#content, key)) return undefined;
    const value = this.#read(this.#content[key], key);
    this.#known.set(key, value);
    return value;
  }

  *entries(): Generator<readonly [CelValue, CelValue]> {
    for (const key of Object.keys(this.#content)) yield [key, this.get(key) ?? null];
  }

  insert(key: CelValue, value: CelValue): void {
    this.#known.set(String(key), value);
  }
}

/** A point in time, in nanoseconds since 1970. */
export class CelTimestamp {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** A length of time, in nanoseconds. */
export class CelDuration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** A value or its absence: what `a.?b` gives. */
export class CelOptional {
  readonly value: CelValue | undefined;

  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A type as a value: what `type(x)` gives. */
export class CelTypeName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Comparison<T> {
  // A method, so that an object of any content is an object: only two of one type are ever compared.
  isSame(left: T, right: T): boolean;
}

/** A value of a type that a library adds, such as a URL. */
export class CelObject<T = unknown> {
  readonly typeName: string;
  readonly content: T;
  /** In Go a pointer, which no value of its own type is equal to. */
  readonly isReference: boolean;
  readonly #isSame: Comparison<T>["isSame"];
  readonly #text: string;

  // oxlint-disable-next-line max-params -- all that there is to a value
  constructor(
    typeName: string,
    content: T,
    text: string,
    isSame: Comparison<T>["isSame"],
    isReference = false,
  ) {
    this.typeName = typeName;
    this.content = content;
    this.isReference = isReference;
    this.#text = text;
    this.#isSame = isSame;
  }

  equals(other: CelValue): boolean {
    return (
      other instanceof CelObject &&
      other.typeName === this.typeName &&
      this.#isSame(this.content, other.content as T)
    );
  }

  toString(): string {
    return this.#text;
  }
}

/** An error as a value: `false && error` is false, so an error must not end an evaluation where it arises. */
export class CelFailure {
  readonly message: string;
  /** A variable is missing: another reading of the same name is tried. */
  readonly isMissingAttribute: boolean;

  constructor(message: string, isMissingAttribute = false) {
    this.message = message;
    this.isMissingAttribute = isMissingAttribute;
  }
}

/** An error that a variable stands for: it ends an evaluation only where its value matters. */
export function celFailure(message: string): CelValue {
  return new CelFailure(message);
}

/** Fails as cel-go where operands do not fit a function and it has no more to say. */
export function noOverload(): CelFailure {
  return new CelFailure("no such overload");
}

export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

/** The name of a value's type as `type(value)` writes it. */
export function typeNameOf(value: CelValue): string {
  if (value === null) return "null_type";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      return objectTypeName(value);
  }
}

function objectTypeName(value: Exclude<CelValue, null | boolean | bigint | number | string>): string {
  if (isList(value)) return "list";
  if (value instanceof CelMap) return "map";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof CelUint) return "uint";
  if (value instanceof CelTimestamp) return "google.protobuf.Timestamp";
  if (value instanceof CelDuration) return "google.protobuf.Duration";
  if (value instanceof CelOptional) return "optional_type";
  if (value instanceof CelTypeName) return "type";
  return value instanceof CelObject ? value.typeName : "error";
}

/** Whether a value is the empty one of its type, as `optional.ofNonZeroValue` asks. */
// oxlint-disable-next-line complexity -- one test for each kind of value
export function isZeroValue(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === "") return true;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelMap) return value.size === 0;
  if (value instanceof CelUint) return value.value === 0n;
  return value instanceof CelDuration && value.nanoseconds === 0n;
}

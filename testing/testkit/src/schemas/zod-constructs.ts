import type { JsonValue } from "@weir/core";
import {
  celRule,
  celRules,
  duration,
  embeddedResource,
  immutable,
  int32,
  int64,
  intOrString,
  listMapKey,
  listType,
  mapType,
  preserveUnknown,
  preserveUnknownObject,
  quantity,
  timestamp,
} from "@weir/schema";
import { z } from "zod";

/** A construct of zod that has a structural schema, and what an API server makes of values of it. */
export interface ZodConstruct {
  readonly name: string;
  readonly type: z.ZodType;
  /** Values that are stored as they are written. */
  readonly accepts: readonly JsonValue[];
  /** Values that are refused. */
  readonly rejects: readonly JsonValue[];
  /** Values that are stored otherwise than they are written: with defaults, without unknown fields. */
  readonly stores?: readonly { readonly written: JsonValue; readonly stored: JsonValue }[];
}

/** A construct that has none. */
export interface RefusedConstruct {
  readonly name: string;
  readonly type: z.ZodType;
  /** What zod calls it. */
  readonly construct: string;
  /** The place inside the type; the type itself by default. */
  readonly path?: string;
}

/** A construct whose name says it all. */
function simple(
  name: string,
  type: z.ZodType,
  accepts: readonly JsonValue[],
  rejects: readonly JsonValue[],
): ZodConstruct {
  return { name, type, accepts, rejects };
}

/** Every construct of zod 4, and of Kubernetes' own on top of it, that has a structural schema. */
export function zodConstructs(): readonly ZodConstruct[] {
  return [
    ...texts(),
    ...formats(),
    ...numbers(),
    ...choices(),
    ...objects(),
    ...lists(),
    ...wrappers(),
    ...kubernetes(),
  ];
}

function texts(): readonly ZodConstruct[] {
  return [
    simple("string", z.string(), ["", "a"], [1, true, {}, []]),
    simple("min", z.string().min(2), ["ab"], ["a"]),
    simple("max", z.string().max(2), ["ab"], ["abc"]),
    simple("length", z.string().length(2), ["ab"], ["a", "abc"]),
    simple("nonempty", z.string().nonempty(), ["a"], [""]),
    simple("regex", z.string().regex(/^[a-c]+$/), ["abc"], ["d"]),
    simple("regex with flags", z.string().regex(/^[a-c]+$/i), ["aBc"], ["d"]),
    simple("regex with escapes", z.string().regex(/^\/\u0041\x42$/), ["/AB"], ["/ab"]),
    simple("two patterns", z.string().regex(/^a/).regex(/b$/), ["ab"], ["a", "b"]),
    simple("startsWith", z.string().startsWith("a.b"), ["a.bc"], ["axb"]),
    simple("endsWith", z.string().endsWith("(z)"), ["a(z)"], ["z"]),
    simple("includes", z.string().includes("+"), ["a+b"], ["ab"]),
    simple("lowercase", z.string().lowercase(), ["abc"], ["Abc"]),
    simple("uppercase", z.string().uppercase(), ["ABC"], ["aBC"]),
    simple("template literal", z.templateLiteral(["v", z.int()]), ["v12"], ["12"]),
    simple("hex", z.hex(), ["0aF"], ["xyz"]),
    simple("hostname", z.hostname(), ["example.com"], ["exa mple"]),
    simple("e164", z.e164(), ["+4930123456"], ["030"]),
    simple("nanoid", z.nanoid(), ["V1StGXR8_Z5jdHi6B-myT"], ["short"]),
    simple("cuid2", z.cuid2(), ["tz4a98xxat96iws9zmbrgj3a"], ["A B"]),
    simple("ulid", z.ulid(), ["01ARZ3NDEKTSV4RRFFQ69G5FAV"], ["x"]),
    simple("base64url", z.base64url(), ["YWI_"], ["a b"]),
    simple("hash", z.hash("md5"), ["d41d8cd98f00b204e9800998ecf8427e"], ["d41d"]),
  ];
}

function formats(): readonly ZodConstruct[] {
  return [
    simple("email", z.email(), ["a@example.com"], ["a"]),
    simple("url", z.url(), ["https://example.com/a"], ["not a url"]),
    simple("uuid", z.uuid(), ["0190d7f0-6f1c-7cc8-8f2f-0f7c0d1d8a11"], ["x"]),
    simple("guid", z.guid(), ["0190d7f0-6f1c-7cc8-8f2f-0f7c0d1d8a11"], ["x"]),
    simple("ipv4", z.ipv4(), ["10.0.0.1"], ["10.0.0", "::1"]),
    simple("ipv6", z.ipv6(), ["::1"], ["10.0.0.1"]),
    simple("cidrv4", z.cidrv4(), ["10.0.0.0/8"], ["10.0.0.0"]),
    simple("cidrv6", z.cidrv6(), ["fd00::/8"], ["fd00::"]),
    simple("mac", z.mac(), ["00:1b:63:84:45:e6"], ["00"]),
    simple("base64", z.base64(), ["YWI="], ["a b"]),
    simple("date", z.iso.date(), ["2024-02-29"], ["2024-02-30", "today"]),
    simple("time", z.iso.time(), ["10:00:00"], ["noon"]),
    simple("iso duration", z.iso.duration(), ["P1D"], ["x"]),
    simple("credit card", z.creditCard(), ["4111111111111111"], ["1"]),
    simple("currency", z.currencyCode(), ["EUR"], ["x"]),
    simple("xid", z.xid(), ["9m4e2mr0ui3e8a215n4g"], ["x"]),
    simple("ksuid", z.ksuid(), ["0ujtsYcgvSTl8PAuAdqWYSMnLOv"], ["x"]),
    simple("cuid", z.cuid(), ["cjld2cjxh0000qzrmn831i7rn"], ["x y"]),
    simple("datetime", z.iso.datetime(), ["2024-02-29T10:00:00Z"], ["2024-02-29"]),
  ];
}

function numbers(): readonly ZodConstruct[] {
  return [
    simple("number", z.number(), [1, 1.5, -1], ["1", true]),
    simple("int", z.int(), [1, -1], [1.5, "1"]),
    simple("int32", z.int32(), [2_147_483_647], [1.5]),
    simple("uint32", z.uint32(), [4_294_967_295], [-1, 4_294_967_296]),
    simple("float32", z.float32(), [1.5], ["1.5"]),
    simple("float64", z.float64(), [1.5], ["1.5"]),
    simple("gt", z.number().gt(1), [1.1], [1]),
    simple("gte", z.number().gte(1), [1], [0.9]),
    simple("lt", z.number().lt(1), [0.9], [1]),
    simple("lte", z.number().lte(1), [1], [1.1]),
    simple("positive", z.int().positive(), [1], [0]),
    simple("nonnegative", z.int().nonnegative(), [0], [-1]),
    simple("multipleOf", z.int().multipleOf(5), [10], [7]),
    simple("integer of a number", z.number().int(), [3], [3.5]),
  ];
}

function choices(): readonly ZodConstruct[] {
  return [
    simple("boolean", z.boolean(), [true, false], ["true", 0]),
    simple("enum", z.enum(["a", "b"]), ["a"], ["c", 1]),
    simple("enum of an object", z.enum({ First: "a", Second: "b" }), ["b"], ["First"]),
    simple("enum without a value", z.enum(["a", "b", "c"]).exclude(["c"]), ["a"], ["c"]),
    simple("literal", z.literal("a"), ["a"], ["b"]),
    simple("literals", z.literal(["a", "b"]), ["b"], ["c"]),
    simple("number literals", z.literal([1, 2]), [1], [3, "1"]),
    simple("union of literals", z.union([z.literal("a"), z.literal("b")]), ["a"], ["c"]),
    simple("union with null", z.union([z.string(), z.null()]), ["a"], [1]),
    {
      name: "union of objects",
      type: z.union([z.object({ a: z.string(), c: z.string() }), z.object({ b: z.int(), c: z.string() })]),
      accepts: [
        { a: "x", c: "y" },
        { b: 1, c: "y" },
      ],
      rejects: [{ c: "y" }, { a: "x" }],
    },
    {
      name: "discriminated union",
      type: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("http"), url: z.string() }),
        z.object({ kind: z.literal("exec"), command: z.array(z.string()) }),
      ]),
      accepts: [
        { kind: "http", url: "a" },
        { kind: "exec", command: [] },
      ],
      rejects: [{ kind: "http" }, { kind: "other" }, { url: "a" }],
    },
  ];
}

// oxlint-disable-next-line max-lines-per-function -- a table
function objects(): readonly ZodConstruct[] {
  const pair = z.object({ a: z.string(), b: z.int().optional() });
  return [
    {
      name: "object",
      type: pair,
      accepts: [{ a: "x" }, { a: "x", b: 1 }],
      rejects: [{}, { a: 1 }, { a: "x", b: "1" }, "x", []],
      stores: [{ written: { a: "x", c: 1 }, stored: { a: "x" } }],
    },
    simple("strict object", z.strictObject({ a: z.string() }), [{ a: "x" }], [{}]),
    simple("loose object", z.looseObject({ a: z.string() }), [{ a: "x", b: { c: 1 } }], [{ b: 1 }]),
    simple("catchall", z.object({}).catchall(z.int()), [{ a: 1 }], [{ a: "x" }]),
    simple("partial", pair.partial(), [{}], [{ a: 1 }]),
    simple("required", pair.required(), [{ a: "x", b: 1 }], [{ a: "x" }]),
    simple("pick", pair.pick({ a: true }), [{ a: "x" }], [{}]),
    simple("omit", pair.omit({ a: true }), [{}, { b: 1 }], [{ b: "x" }]),
    simple("extend", pair.extend({ c: z.boolean() }), [{ a: "x", c: true }], [{ a: "x" }]),
    simple(
      "intersection",
      z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
      [{ a: "x", b: "y" }],
      [{ a: "x" }],
    ),
    simple("record", z.record(z.string(), z.int()), [{}, { a: 1 }], [{ a: "x" }, 1]),
    simple("record of listed keys", z.record(z.enum(["a", "b"]), z.int()), [{ a: 1, b: 2 }], [{ a: 1 }]),
    simple("partial record", z.partialRecord(z.enum(["a", "b"]), z.int()), [{}, { a: 1 }], [{ a: "x" }]),
    {
      name: "nested defaults",
      type: z.object({ a: z.object({ b: z.string().default("x") }).default({ b: "y" }) }),
      accepts: [{ a: { b: "z" } }],
      rejects: [{ a: { b: 1 } }],
      stores: [
        { written: {}, stored: { a: { b: "y" } } },
        { written: { a: {} }, stored: { a: { b: "x" } } },
      ],
    },
  ];
}

function lists(): readonly ZodConstruct[] {
  const named = z.object({ name: z.string(), weight: z.int().optional() });
  return [
    simple("array", z.array(z.string()), [[], ["a"]], [["a", 1], "a", {}]),
    simple("array bounds", z.array(z.int()).min(1).max(2), [[1], [1, 2]], [[], [1, 2, 3]]),
    simple("array length", z.array(z.int()).length(2), [[1, 2]], [[1]]),
    simple("array of arrays", z.array(z.array(z.int())), [[[1], []]], [[["a"]]]),
    simple("set list", z.array(z.string()).meta(listType("set")), [["a", "b"]], [["a", "a"]]),
    simple("atomic list", z.array(z.string()).meta(listType("atomic")), [["a", "a"]], [[1]]),
    simple(
      "map list",
      z.array(named).meta(listMapKey("name")),
      [[{ name: "a" }, { name: "b" }]],
      [[{ name: "a" }, { name: "a" }]],
    ),
  ];
}

function wrappers(): readonly ZodConstruct[] {
  return [
    simple("nullable", z.string().nullable(), ["a"], [1]),
    simple("nullish", z.string().nullish(), ["a"], [1]),
    simple("nonoptional", z.string().optional().nonoptional(), ["a"], [1]),
    simple("readonly", z.array(z.int()).readonly(), [[1]], [["a"]]),
    simple("brand", z.string().brand("Name"), ["a"], [1]),
    simple("describe", z.string().describe("A text."), ["a"], [1]),
    simple(
      "lazy",
      z.lazy(() => z.string()),
      ["a"],
      [1],
    ),
    simple("prefault", z.string().prefault("a"), ["b"], [1]),
    simple("unknown", z.unknown(), [1, "a", { b: [1] }, [true]], []),
    simple("any", z.any(), [1, { b: 1 }], []),
    simple("custom", z.custom<string>().meta({ type: "string", maxLength: 2 }), ["ab"], ["abc"]),
    simple(
      "refine with a rule",
      z
        .string()
        .refine((text) => text !== "x")
        .meta({ maxLength: 9, ...celRules(celRule("self != 'x'")) }),
      ["y"],
      [],
    ),
  ];
}

function kubernetes(): readonly ZodConstruct[] {
  return [
    simple("duration", duration(), ["1m30s", "1.5h"], ["1d", ""]),
    simple("quantity", quantity(), ["500m", "1Gi", 2], ["1Gx", true]),
    simple("int-or-string", intOrString(), [80, "http"], [true, 1.5]),
    simple("int32 of Kubernetes", int32(), [1], ["1"]),
    simple("int64 of Kubernetes", int64(), [9_007_199_254_740_991], ["1"]),
    simple("timestamp", timestamp(), ["2024-02-29T10:00:00+01:00"], ["now"]),
    simple("preserved value", preserveUnknown(), [1, { a: { b: 1 } }], []),
    simple("preserved object", preserveUnknownObject(), [{ a: { b: 1 } }], [1]),
    simple(
      "embedded resource",
      embeddedResource(),
      [{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { x: 1 } }],
      [{ metadata: {} }],
    ),
    simple("atomic map", z.record(z.string(), z.string()).meta(mapType("atomic")), [{ a: "x" }], [{ a: 1 }]),
    simple("immutable", z.string().max(9).meta(immutable()), ["a"], [1]),
  ];
}

/** Every construct of zod 4 that has no structural schema: what the API server would do otherwise is not what it says. */
// oxlint-disable-next-line max-lines-per-function -- a table
export function refusedConstructs(): readonly RefusedConstruct[] {
  const Recursive: z.ZodType = z.object({
    get children() {
      return z.array(Recursive);
    },
  });
  return [
    { name: "recursion", type: Recursive, construct: "object", path: "children[]" },
    { name: "bigint", type: z.bigint(), construct: "bigint" },
    { name: "int64 of zod", type: z.int64(), construct: "bigint" },
    { name: "date of JavaScript", type: z.date(), construct: "date" },
    { name: "symbol", type: z.symbol(), construct: "symbol" },
    { name: "undefined", type: z.undefined(), construct: "undefined" },
    { name: "void", type: z.void(), construct: "void" },
    { name: "null", type: z.null(), construct: "null" },
    { name: "never", type: z.never(), construct: "never" },
    { name: "nan", type: z.nan(), construct: "nan" },
    { name: "tuple", type: z.tuple([z.string(), z.int()]), construct: "tuple" },
    { name: "map", type: z.map(z.string(), z.int()), construct: "map" },
    { name: "set", type: z.set(z.string()), construct: "set" },
    { name: "file", type: z.file(), construct: "file" },
    { name: "promise", type: z.promise(z.string()), construct: "promise" },
    { name: "transform", type: z.string().transform((text) => text.length), construct: "pipe" },
    { name: "preprocess", type: z.preprocess((value) => value, z.string()), construct: "pipe" },
    { name: "pipe", type: z.string().pipe(z.string()), construct: "pipe" },
    {
      name: "codec",
      type: z.codec(z.string(), z.string(), { decode: (text) => text, encode: (text) => text }),
      construct: "pipe",
    },
    { name: "stringbool", type: z.stringbool(), construct: "pipe" },
    { name: "catch", type: z.string().catch("a"), construct: "catch" },
    { name: "coercion", type: z.coerce.string(), construct: "string" },
    { name: "trim", type: z.string().trim(), construct: "string" },
    { name: "toLowerCase", type: z.string().toLowerCase(), construct: "string" },
    { name: "emoji", type: z.emoji(), construct: "string" },
    { name: "jwt", type: z.jwt(), construct: "string" },
    { name: "iban", type: z.iban(), construct: "string" },
    { name: "look-ahead", type: z.string().regex(/(?=a)/), construct: "string" },
    { name: "refine without a rule", type: z.string().refine((text) => text !== ""), construct: "string" },
    { name: "superRefine without a rule", type: z.string().superRefine(() => {}), construct: "string" },
    { name: "instanceof", type: z.instanceof(URL), construct: "custom" },
    { name: "custom without keywords", type: z.custom<string>(), construct: "custom" },
    { name: "union of scalars", type: z.union([z.string(), z.boolean()]), construct: "union" },
    { name: "literals of two types", type: z.literal(["a", 1]), construct: "literal" },
    { name: "record with patterned keys", type: z.record(z.string().min(1), z.int()), construct: "record" },
    {
      name: "intersection of the same field",
      type: z.intersection(z.object({ a: z.string() }), z.object({ a: z.string() })),
      construct: "intersection",
    },
    {
      name: "a type for other fields beside named ones",
      type: z.object({ a: z.string() }).catchall(z.int()),
      construct: "object",
    },
    {
      name: "a nested refusal",
      type: z.object({ a: z.array(z.bigint()) }),
      construct: "bigint",
      path: "a[]",
    },
  ];
}

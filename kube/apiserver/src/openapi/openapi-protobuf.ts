import { WireWriter } from "@weir/builtin";
import { type JsonObject, type JsonValue, writeJson } from "@weir/core";

/** Writes a value as one field of a message. */
type WriteField = (writer: WireWriter, number: number, value: JsonValue) => void;
/** Writes a value as a message. */
type WriteMessage = (value: JsonValue) => Uint8Array;

const text: WriteField = (writer, number, value) => writer.text(number, String(value));
const flag: WriteField = (writer, number, value) => writer.integer(number, value === true ? 1n : 0n);
const integer: WriteField = (writer, number, value) => writer.integer(number, BigInt(value as number));
const double: WriteField = (writer, number, value) => writer.double(number, Number(value));
/** Any value is YAML in the second field of its message; JSON is YAML. */
const any: WriteField = (writer, number, value) => {
  const wrapped = new WireWriter();
  wrapped.text(2, writeJson(value));
  writer.bytes(number, wrapped.finish());
};

/** The message is named late, as messages hold each other. */
function of(write: () => WriteMessage): WriteField {
  return (writer, number, value) => writer.bytes(number, write()(value));
}

function list(write: WriteField): WriteField {
  return (writer, number, value) => {
    for (const item of Array.isArray(value) ? (value as readonly JsonValue[]) : [value])
      write(writer, number, item);
  };
}

interface MessageOptions {
  /** The number of the field for keys that begin with `x-`. */
  readonly extensions?: number;
}

type Fields = Readonly<Record<string, readonly [number: number, write: WriteField]>>;

/** A message of an object's known keys; what it does not know is left out. */
function message(fields: Fields, { extensions }: MessageOptions = {}): WriteMessage {
  return (value) => {
    const writer = new WireWriter();
    for (const [key, item] of Object.entries(value as JsonObject)) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field !== undefined) field[1](writer, field[0], item);
      else if (extensions !== undefined && key.startsWith("x-"))
        named(any)(writer, extensions, { [key]: item });
    }
    return writer.finish();
  };
}

/** An object as a list of messages with a name and a value. */
function named(write: WriteField): WriteField {
  return (writer, number, value) => {
    for (const [name, item] of Object.entries(value as JsonObject)) {
      const entry = new WireWriter();
      entry.text(1, name);
      write(entry, 2, item);
      writer.bytes(number, entry.finish());
    }
  };
}

/** A message whose only field holds all of the value. */
function wrapped(write: WriteField, number = 1): WriteMessage {
  return (value) => {
    const writer = new WireWriter();
    write(writer, number, value);
    return writer.finish();
  };
}

/** One of several kinds of message, each in a field of its own. */
function choice(choose: (value: JsonValue) => readonly [number: number, write: WriteField]): WriteMessage {
  return (value) => {
    const [number, write] = choose(value);
    return wrapped(write, number)(value);
  };
}

function isReference(value: JsonValue): boolean {
  return value !== null && typeof value === "object" && Object.hasOwn(value, "$ref");
}

function orReference(write: WriteField): WriteMessage {
  return choice((value) => (isReference(value) ? [2, of(() => reference)] : [1, write]));
}

const reference = message({ $ref: [1, text] });

const limits = (first: number): Fields => ({
  maximum: [first, double],
  exclusiveMaximum: [first + 1, flag],
  minimum: [first + 2, double],
  exclusiveMinimum: [first + 3, flag],
  maxLength: [first + 4, integer],
  minLength: [first + 5, integer],
  pattern: [first + 6, text],
  maxItems: [first + 7, integer],
  minItems: [first + 8, integer],
  uniqueItems: [first + 9, flag],
  maxProperties: [first + 10, integer],
  minProperties: [first + 11, integer],
  required: [first + 12, list(text)],
  enum: [first + 13, list(any)],
});

const schema2: WriteMessage = message(
  {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    ...limits(7),
    additionalProperties: [
      21,
      of(() => choice((value) => (typeof value === "boolean" ? [2, flag] : [1, of(() => schema2)]))),
    ],
    type: [22, of(() => wrapped(list(text)))],
    items: [23, of(() => wrapped(list(of(() => schema2))))],
    allOf: [24, list(of(() => schema2))],
    properties: [25, of(() => wrapped(named(of(() => schema2))))],
  },
  { extensions: 31 },
);

const info2 = message({ title: [1, text], version: [2, text] });

const document2 = message({
  swagger: [1, text],
  info: [2, of(() => info2)],
  paths: [8, of(() => wrapped(named(of(() => pathItem2)), 2))],
  definitions: [9, of(() => wrapped(named(of(() => schema2))))],
});

const operation2: WriteMessage = message(
  {
    tags: [1, list(text)],
    operationId: [5, text],
    produces: [6, list(text)],
    consumes: [7, list(text)],
    parameters: [8, list(of(() => parameter2))],
    responses: [9, of(() => wrapped(named(of(() => response2))))],
  },
  { extensions: 13 },
);

const parameter2 = wrapped(
  of(() =>
    choice((value) =>
      (value as JsonObject)["in"] === "body"
        ? [1, of(() => bodyParameter2)]
        : [2, of(() => choice((item) => ((item as JsonObject)["in"] === "path" ? [4, path2] : [3, query2])))],
    ),
  ),
);
const bodyParameter2 = message({
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, of(() => schema2)],
});
const parameterStart: Fields = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
};
const path2 = of(() => message({ ...parameterStart, type: [5, text], uniqueItems: [18, flag] }));
const query2 = of(() => message({ ...parameterStart, type: [6, text], uniqueItems: [20, flag] }));
const response2 = wrapped(
  of(() =>
    message({
      description: [1, text],
      schema: [2, of(() => wrapped(of(() => schema2)))],
    }),
  ),
);
const pathItem2 = message({
  get: [2, of(() => operation2)],
  put: [3, of(() => operation2)],
  post: [4, of(() => operation2)],
  delete: [5, of(() => operation2)],
  options: [6, of(() => operation2)],
  head: [7, of(() => operation2)],
  patch: [8, of(() => operation2)],
  parameters: [9, list(of(() => parameter2))],
});

/** An OpenAPI v2 document in gnostic's protobuf encoding, as clients of the API read it. */
export function encodeOpenApiV2(document: JsonObject): Uint8Array {
  return document2(document);
}

const schema3: WriteMessage = message(
  {
    nullable: [1, flag],
    ...limits(11),
    type: [25, text],
    allOf: [26, list(of(() => schemaOrReference3))],
    oneOf: [27, list(of(() => schemaOrReference3))],
    anyOf: [28, list(of(() => schemaOrReference3))],
    not: [29, of(() => schema3)],
    items: [30, of(() => wrapped(list(of(() => schemaOrReference3))))],
    properties: [31, of(() => wrapped(named(of(() => schemaOrReference3))))],
    additionalProperties: [
      32,
      of(() =>
        choice((value) => (typeof value === "boolean" ? [2, flag] : [1, of(() => schemaOrReference3)])),
      ),
    ],
    default: [33, of(() => default3)],
    description: [34, text],
    format: [35, text],
  },
  { extensions: 36 },
);
const schemaOrReference3 = orReference(of(() => schema3));

/** The encoding has plain defaults only; others are left out. */
const default3: WriteMessage = (value) => {
  if (typeof value === "number") return wrapped(double, 1)(value);
  if (typeof value === "boolean") return wrapped(flag, 2)(value);
  return typeof value === "string" ? wrapped(text, 3)(value) : new Uint8Array();
};

const content3 = of(() => wrapped(named(of(() => message({ schema: [1, of(() => schemaOrReference3)] })))));
const parameter3 = orReference(
  of(() =>
    message({
      name: [1, text],
      in: [2, text],
      description: [3, text],
      required: [4, flag],
      schema: [10, of(() => schemaOrReference3)],
    }),
  ),
);
const body3 = orReference(
  of(() => message({ description: [1, text], content: [2, content3], required: [3, flag] })),
);
const response3 = orReference(of(() => message({ description: [1, text], content: [3, content3] })));
const operation3 = of(() =>
  message(
    {
      tags: [1, list(text)],
      description: [3, text],
      operationId: [5, text],
      parameters: [6, list(of(() => parameter3))],
      requestBody: [7, of(() => body3)],
      responses: [8, of(() => wrapped(named(of(() => response3)), 2))],
      deprecated: [10, flag],
    },
    { extensions: 13 },
  ),
);
const pathItem3 = message({
  description: [3, text],
  get: [4, operation3],
  put: [5, operation3],
  post: [6, operation3],
  delete: [7, operation3],
  options: [8, operation3],
  head: [9, operation3],
  patch: [10, operation3],
  parameters: [13, list(of(() => parameter3))],
});
const security3 = orReference(
  of(() => message({ type: [1, text], description: [2, text], name: [3, text], in: [4, text] })),
);
const document3 = message({
  openapi: [1, text],
  info: [2, of(() => message({ title: [1, text], description: [2, text], version: [6, text] }))],
  paths: [4, of(() => wrapped(named(of(() => pathItem3))))],
  components: [
    5,
    of(() =>
      message({
        schemas: [1, of(() => wrapped(named(of(() => schemaOrReference3))))],
        securitySchemes: [7, of(() => wrapped(named(of(() => security3))))],
      }),
    ),
  ],
});

/** An OpenAPI v3 document in gnostic's protobuf encoding. */
export function encodeOpenApiV3(document: JsonObject): Uint8Array {
  return document3(document);
}

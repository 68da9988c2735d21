import { type BadCase, type BadAsk, bytes, CONFIG_MAPS, one, PODS, WIDGETS } from "./bad-case.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const MAGIC = "k8s\u0000";

function varint(value: number): readonly number[] {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...out, rest];
}

function repeated(byte: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => byte);
}

/** A field of bytes. */
function field(number: number, ...parts: readonly (string | readonly number[] | Uint8Array)[]): Uint8Array {
  const content = bytes(...parts.map((part) => (typeof part === "string" ? part : [...part])));
  return bytes(varint(number * 8 + 2), varint(content.length), [...content]);
}

const typeMeta = field(1, field(1, "v1"), field(2, "ConfigMap"));
const objectMeta = field(1, field(1, "x"));

/** What a server takes: the magic, and an Unknown with its types and the object's own bytes. */
function envelope(raw: Uint8Array, types = typeMeta): Uint8Array {
  return bytes(MAGIC, [...types], [...field(2, raw)]);
}

function configMap(...more: readonly Uint8Array[]): Uint8Array {
  return envelope(Buffer.concat([objectMeta, ...more]));
}

const entry = field(2, field(1, "a"), field(2, "b"));
const whole = configMap(entry);

const bodies: Readonly<Record<string, Uint8Array>> = {
  "a whole one": whole,
  nothing: bytes(),
  "the magic alone": bytes(MAGIC),
  "half of the magic": bytes("k8"),
  "JSON in place of it": bytes('{"apiVersion":"v1","kind":"ConfigMap"}'),
  "another magic": bytes("k9s\u0000", [...whole.subarray(4)]),
  "types without an object": bytes(MAGIC, [...typeMeta]),
  "an object without types": envelope(objectMeta, new Uint8Array()),
  "another kind": envelope(objectMeta, field(1, field(1, "v1"), field(2, "Secret"))),
  "an unknown kind": envelope(objectMeta, field(1, field(1, "v1"), field(2, "Nothing"))),
  "another version": envelope(objectMeta, field(1, field(1, "v9"), field(2, "ConfigMap"))),
  "a wrong group version": envelope(objectMeta, field(1, field(1, "a/b/c"), field(2, "ConfigMap"))),
  "the last byte cut off": whole.subarray(0, -1),
  "half of it": whole.subarray(0, Math.floor(whole.length / 2)),
  "a byte behind it": bytes([...whole], [0]),
  "bytes of FF": bytes(MAGIC, repeated(0xff, 20)),
  "a varint of eleven bytes": configMap(bytes([0x18], repeated(0x80, 10), [1])),
  "a truncated varint": configMap(bytes([0x18, 0x80])),
  "a truncated key": configMap(bytes([0x80])),
  "a length beyond the end": configMap(bytes([0x12, 0x7f, 1])),
  "a length of two gigabytes": configMap(bytes([0x12], varint(2 ** 31))),
  "a negative length": configMap(bytes([0x12], repeated(0xff, 9), [1])),
  "field number 0": configMap(bytes([0x02, 0])),
  "a group": configMap(bytes([0x7b, 0x7c])),
  "an open group": configMap(bytes([0x7b])),
  "the end of a group": configMap(bytes([0x7c])),
  "wire type 6": configMap(bytes([0x7e])),
  "wire type 7": configMap(bytes([0x7f])),
  "a fixed64 that is unknown": configMap(bytes([0x79], [1, 2, 3, 4, 5, 6, 7, 8])),
  "a truncated fixed64": configMap(bytes([0x79, 1, 2])),
  "a fixed32 that is unknown": configMap(bytes([0x7d], [1, 2, 3, 4])),
  "an unknown field": configMap(field(99, "unknown")),
  "a varint in place of the data": configMap(bytes([0x10, 1])),
  "a fixed32 in place of the data": configMap(bytes([0x15, 1, 2, 3, 4])),
  "bytes in place of a boolean": configMap(bytes([0x22, 1, 1])),
  "a boolean of 2": configMap(bytes([0x20, 2])),
  "invalid UTF-8": configMap(field(2, field(1, "a"), field(2, [0xff]))),
  "invalid UTF-8 in a key": configMap(field(2, field(1, [0xff]), field(2, "b"))),
  "an entry without a key": configMap(field(2, field(2, "b"))),
  "an entry without a value": configMap(field(2, field(1, "a"))),
  "an entry with an unknown field": configMap(field(2, field(1, "a"), field(2, "b"), field(3, "c"))),
  "a key twice": configMap(entry, field(2, field(1, "a"), field(2, "c"))),
  "the metadata twice": configMap(field(1, field(2, "generated-"))),
  "a name twice": envelope(field(1, field(1, "y"), field(1, "x"))),
  "content of another type": bytes(
    MAGIC,
    [...typeMeta],
    [...field(2, '{"metadata":{"name":"x"}}')],
    [...field(4, "application/json")],
  ),
  "encoded content": bytes(MAGIC, [...typeMeta], [...field(2, objectMeta)], [...field(3, "gzip")]),
  "an unknown field of the envelope": bytes(
    MAGIC,
    [...typeMeta],
    [...field(2, objectMeta)],
    [...field(9, "x")],
  ),
};

function nested(depth: number): Uint8Array {
  let inner = new Uint8Array();
  for (let level = 0; level < depth; level += 1) inner = Uint8Array.from(field(1, inner));
  return inner;
}

function groups(depth: number): Uint8Array {
  return bytes(repeated(0x7b, depth), repeated(0x7c, depth));
}

function post(name: string, target: string, body: NonNullable<BadAsk["body"]>): BadCase {
  return one(name, {
    method: "POST",
    target: `${target}?dryRun=All`,
    headers: [["Content-Type", PROTOBUF]],
    body,
  });
}

export const protobufCases: readonly BadCase[] = [
  ...Object.entries(bodies).flatMap(([name, body]) => [
    post(`protobuf: ${name}`, CONFIG_MAPS, body),
    post(`protobuf: for a pod: ${name}`, PODS, body),
    post(`protobuf: for a custom resource: ${name}`, WIDGETS, body),
  ]),
  one("protobuf: unknown field, strict", {
    method: "POST",
    target: `${CONFIG_MAPS}?dryRun=All&fieldValidation=Strict`,
    headers: [["Content-Type", PROTOBUF]],
    body: configMap(field(99, "unknown")),
  }),
  post("protobuf: 1,000 nested messages", CONFIG_MAPS, () => envelope(nested(1_000))),
  post("protobuf: 9,000 groups", CONFIG_MAPS, () => configMap(groups(9_000))),
  post("protobuf: 100,000 groups", CONFIG_MAPS, () => configMap(groups(100_000))),
  post("protobuf: 10 MB", CONFIG_MAPS, () => configMap(new Uint8Array(10_000_000))),
  one("protobuf: in an update", {
    method: "PUT",
    target: `${CONFIG_MAPS}/cm1?dryRun=All`,
    headers: [["Content-Type", PROTOBUF]],
    body: whole,
  }),
  one("protobuf: options of a delete", {
    method: "DELETE",
    target: `${CONFIG_MAPS}/cm1?dryRun=All`,
    headers: [["Content-Type", PROTOBUF]],
    body: bytes([1, 2, 3]),
  }),
  one("protobuf: in a patch", {
    method: "PATCH",
    target: `${CONFIG_MAPS}/cm1`,
    headers: [["Content-Type", PROTOBUF]],
    body: whole,
  }),
];

import {
  JsonDepthError,
  type JsonObject,
  JsonSyntaxError,
  type JsonValue,
  parseJson,
  writeJson,
} from "@weir/core";
import { badRequestError } from "@weir/objects";
import { goText } from "../http/go-text.ts";
import { jsonKind } from "../http/read-body.ts";
import { isDraft, text } from "../resources/draft-access.ts";

/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The revision that all pages are read at; -1 for "whatever is there now". */
  readonly revision: number;
  /** The last key given, without the list's prefix. */
  readonly after: string;
}

/** Writes a token; opaque to clients, in the form that Kubernetes uses. */
export function writeContinueToken(token: ContinueToken): string {
  const json = writeJson({ v: "meta.k8s.io/v1", rv: token.revision, start: `${token.after}\0` });
  return Buffer.from(json).toString("base64url");
}

/** Reads a token; throws a 400 with what is wrong with it. */
export function readContinueToken(token: string): ContinueToken {
  const illegal = illegalBase64(token);
  if (illegal !== undefined) throw refuse(`illegal base64 data at input byte ${illegal}`);
  const value = parse(goText(Buffer.from(token, "base64url")));
  for (const [field, type] of fieldTypes) checkType(value, field, type);
  const version = text(value, "v");
  if (version !== "meta.k8s.io/v1") throw refuse(`server does not recognize this encoded version ${version}`);
  const revision = Number(value["rv"] ?? 0);
  if (revision === 0) throw refuse("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  const start = text(value, "start");
  if (start === "") throw refuse("encoded start key empty (version meta.k8s.io/v1)");
  if (!isClean(start)) throw refuse(start);
  return { revision, after: start.endsWith("\0") ? start.slice(0, -1) : start };
}

/** Where unpadded base64 for URLs goes wrong; nothing fits into a rest of one letter. */
function illegalBase64(token: string): number | undefined {
  const illegal = /[^A-Za-z0-9_-]/.exec(token)?.index;
  return illegal ?? (token.length % 4 === 1 ? token.length - 1 : undefined);
}

/** A key that a path would not shorten: it stays below its prefix. */
function isClean(start: string): boolean {
  const parts = (start.startsWith("/") ? start.slice(1) : start).split("/");
  return !parts.some((part) => part === "" || part === "." || part === "..");
}

const fieldTypes: readonly (readonly [field: string, type: "string" | "int64"])[] = [
  ["v", "string"],
  ["rv", "int64"],
  ["start", "string"],
];

/** Go's decoder refuses a value of another type, whatever the token's version is. */
function checkType(value: JsonObject, field: string, type: "string" | "int64"): void {
  const given = value[field] ?? null;
  if (given === null) return;
  const isNumber = typeof given === "number" || typeof given === "bigint";
  if (type === "string" ? typeof given === "string" : isNumber && isInt64(given)) return;
  const what = isNumber && type === "int64" ? `number ${given}` : jsonKind(given);
  throw refuse(`json: cannot unmarshal ${what} into Go struct field continueToken.${field} of type ${type}`);
}

function isInt64(value: number | bigint): boolean {
  return Number.isInteger(Number(value)) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
}

function parse(json: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(json);
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonDepthError) throw refuse(error.message);
    throw error;
  }
  if (value === null) return {};
  if (isDraft(value)) return value;
  throw refuse(`json: cannot unmarshal ${jsonKind(value)} into Go value of type storage.continueToken`);
}

function refuse(why: string): Error {
  return badRequestError(`invalid continue token: continue key is not valid: ${why}`);
}

import { type JsonObject, parseJson, writeJson } from "@weir/core";
import { badRequestError } from "@weir/objects";
import { isDraft, number, text } from "../resources/draft-access.ts";

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
  const illegal = /[^A-Za-z0-9_-]/.exec(token);
  if (illegal !== null) throw refuse(`illegal base64 data at input byte ${illegal.index}`);
  const value = parse(Buffer.from(token, "base64url").toString("utf8"));
  const version = text(value, "v");
  if (version !== "meta.k8s.io/v1")
    throw refuse(`server does not recognize this encoded version ${JSON.stringify(version)}`);
  const revision = number(value, "rv") ?? 0;
  if (revision === 0) throw refuse("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  const start = text(value, "start");
  if (start === "") throw refuse("encoded start key empty (version meta.k8s.io/v1)");
  return { revision, after: start.endsWith("\0") ? start.slice(0, -1) : start };
}

function parse(json: string): JsonObject {
  try {
    const value = parseJson(json);
    if (isDraft(value)) return value;
  } catch {
    // Falls through to the refusal: the token is not ours.
  }
  throw refuse("invalid character in the encoded token");
}

function refuse(why: string): Error {
  return badRequestError(`invalid continue token: continue key is not valid: ${why}`);
}

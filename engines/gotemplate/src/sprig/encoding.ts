import { utf8Bytes, utf8Text } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { decodeBase32, decodeBase64, encodeBase32, encodeBase64 } from "./base-encoding.ts";

/** Base 64 and base 32. What cannot be decoded becomes the text of the error, as in Sprig. */
export const encodingFunctions = [
  defineFunction("b64enc", ["string"], "string", ([text]) => encodeBase64(utf8Bytes(text))),
  defineFunction("b64dec", ["string"], "string", ([text]) => textOrProblem(decodeBase64(text))),
  defineFunction("b32enc", ["string"], "string", ([text]) => encodeBase32(utf8Bytes(text))),
  defineFunction("b32dec", ["string"], "string", ([text]) => textOrProblem(decodeBase32(text))),
];

function textOrProblem(decoded: Uint8Array | string): string {
  return typeof decoded === "string" ? decoded : utf8Text(decoded);
}

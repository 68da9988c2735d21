import { STATUS_CODES } from "node:http";
import { isJsonObject, propertyOf, textOf } from "../descriptor.ts";
import { type RegistryComplaint, RegistryResponseError } from "../oci-error.ts";
import { type JsonValue, parseJson } from "@weir/core";
import type { HttpAnswer, HttpRequest } from "./http-sender.ts";
import { requestName } from "./request-name.ts";

const MAX_BODY = 64 * 1024;
const MAX_COMPLAINTS = 32;
/** Of a body that is not what the protocol says, and of one complaint. */
const MAX_TEXT = 2048;

/** Turns an answer that says no into an error; reads no more of its body than a complaint has. */
export async function responseError(
  request: Pick<HttpRequest, "method" | "url" | "headers">,
  answer: HttpAnswer,
): Promise<RegistryResponseError> {
  const body = withoutSecrets(await readSome(answer), request.headers["authorization"]);
  const complaints = readComplaints(body);
  return new RegistryResponseError(requestName(request), {
    status: answer.status,
    complaints,
    text: textOfAnswer(request.method, answer.status, { complaints, body }),
  });
}

async function readSome(answer: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > MAX_BODY) break;
    }
  } catch {
    // What the registry had to say is cut off; its status is still known.
  }
  answer.discard();
  return Buffer.concat(chunks).subarray(0, MAX_BODY).toString("utf8");
}

/** A server that repeats what it was sent shows it in no status of ours. */
function withoutSecrets(body: string, authorization: string | undefined): string {
  const [scheme = "", value = ""] = (authorization ?? "").split(" ");
  if (value === "") return body;
  const pair = scheme === "Basic" ? Buffer.from(value, "base64").toString("utf8") : "";
  const password = pair.slice(pair.indexOf(":") + 1);
  const hidden = body.replaceAll(value, "REDACTED");
  return password === "" ? hidden : hidden.replaceAll(password, "REDACTED");
}

function readComplaints(body: string): readonly RegistryComplaint[] {
  const value = tryParse(body);
  if (!isJsonObject(value)) return [];
  const errors = propertyOf(value, "errors");
  if (!Array.isArray(errors)) return [];
  return errors
    .slice(0, MAX_COMPLAINTS)
    .filter(isJsonObject)
    .map((error) => ({
      code: textOf(error, "code").slice(0, MAX_TEXT),
      message: textOf(error, "message").slice(0, MAX_TEXT),
    }));
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return parseJson(text, { maxDepth: 32 });
  } catch {
    return undefined;
  }
}

/** The words of Flux's client. */
function textOfAnswer(
  method: string,
  status: number,
  said: { readonly complaints: readonly RegistryComplaint[]; readonly body: string },
): string {
  const texts = said.complaints.map(({ code, message }) => `${code}: ${message}`);
  if (texts.length === 1) return texts[0] ?? "";
  if (texts.length > 1) return `multiple errors returned: ${texts.join("; ")}`;
  const code = `unexpected status code ${status} ${STATUS_CODES[status] ?? ""}`;
  if (said.body !== "") return `${code}: ${said.body.slice(0, MAX_TEXT)}`;
  return method === "HEAD" ? `${code} (HEAD responses have no body, use GET for details)` : code;
}

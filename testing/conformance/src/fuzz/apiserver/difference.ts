import { type JsonValue, writeJson } from "@weir/core";
import { unordered } from "../../apiserver/compare.ts";
import type { Difference } from "../fuzz-target.ts";
import type { Exchange } from "./conversation.ts";

type Fields = { readonly [key: string]: JsonValue };

/** The first exchange in which two conversations part, if any. */
export function conversationDifference(
  ours: readonly Exchange[],
  theirs: readonly Exchange[],
): Difference | undefined {
  for (const [index, their] of theirs.entries()) {
    const own = ours[index];
    if (own === undefined) return { kind: "we end early", detail: `at ${index}` };
    const found = exchangeDifference(own, their);
    if (found === undefined) continue;
    const { method, path, query = {}, headers = {} } = their.request;
    const where = `${index}: ${method} ${path}?${new URLSearchParams(query as Record<string, string>).toString()} ${headers["Content-Type"] ?? ""}`;
    const sent = their.request.rawBody ?? writeJson(their.request.body ?? null);
    return { kind: `${method}: ${found.kind}`, detail: `${where}\nsent: ${sent}\n${found.detail}` };
  }
  return undefined;
}

function exchangeDifference(ours: Exchange, theirs: Exchange): Difference | undefined {
  const [own, their] = [ours.response, theirs.response];
  const [ownMessage, theirMessage] = [messageOf(own.body), messageOf(their.body)];
  const shown = `want: ${their.status} ${theirMessage ?? ""}\ngot:  ${own.status} ${ownMessage ?? ""}`;
  if (own.status !== their.status)
    return {
      kind: `status ${their.status}, we ${own.status}: ${gist(theirMessage ?? ownMessage ?? "")}`,
      detail: shown,
    };
  if (warningsOf(ours) !== warningsOf(theirs))
    return { kind: "warnings", detail: `want: ${their.warning}\ngot:  ${own.warning}` };
  if (own.contentType !== their.contentType)
    return { kind: "content type", detail: `want: ${their.contentType}\ngot:  ${own.contentType}` };
  if (own.rawBody !== their.rawBody)
    return { kind: "raw body", detail: `want: ${their.rawBody}\ngot:  ${own.rawBody}` };
  const path = firstDifference(settled(their.body, theirs), settled(own.body, theirs), "");
  if (path === undefined) return undefined;
  const what = path.path.replaceAll(/\[\d+\]/g, "[]").replace(/\.(?:spec|f:spec)\..*/, ".spec.*");
  const isMessage = theirMessage !== undefined;
  return {
    kind: isMessage ? `message ${gist(theirMessage)}` : `body ${what}`,
    detail: `${path.path}\nwant: ${shownValue(path.want)}\ngot:  ${shownValue(path.got)}`,
  };
}

/** Fields that the result of a patch does not know are told in the order of Go's structs where the patch leaves these alone. */
function warningsOf({ request, response }: Exchange): string {
  if (request.method !== "PATCH") return response.warning;
  return response.warning
    .split(/, (?=299 - )/)
    .sort()
    .join(", ");
}

function messageOf(body: JsonValue | undefined): string | undefined {
  const { kind, message } = (body ?? {}) as Fields;
  return kind === "Status" && typeof message === "string" ? message : undefined;
}

/** What kind of message this is, without what is the case's own. */
function gist(message: string): string {
  const text = message.replaceAll(/"[^"]*"|\d+/g, "*").replaceAll(/\b(?:spec|status)\.[\w.[\]*]*/g, "F");
  return text.slice(0, 90);
}

/** A Status whose parts upstream gives in the order of a map is brought into one order. */
function settled(body: JsonValue | undefined, { request }: Exchange): JsonValue | undefined {
  const message = messageOf(body);
  if (message === undefined) return body;
  if (!isUnordered(message, request.path)) return withoutExcerpts(body ?? null);
  // What a custom resource quotes is a map in Go, which is written in one order.
  const isCustom = request.path.includes("$NS.example.com");
  const status = (isCustom ? body : withoutExcerpts(body ?? null)) as Fields;
  const text = messageOf(status as JsonValue) ?? message;
  const details = status["details"] as Fields | undefined;
  const causes = details?.["causes"];
  const sorted = Array.isArray(causes) ? causes.map((cause) => JSON.stringify(cause)).sort() : undefined;
  return {
    ...status,
    message: text.includes("errors:\n")
      ? text
          .split(/\n|: errors:/)
          .sort()
          .join("\n")
      : unordered(text),
    ...(details === undefined
      ? {}
      : { details: { ...details, ...(sorted === undefined ? {} : { causes: sorted }) } }),
  };
}

/**
 * Of an object of a built-in kind messages quote a Go struct, with its fields in the order of their declaration, or a
 * difference of two of them, and a list that is empty is not told from none: what they begin with is compared.
 */
function withoutExcerpts(value: JsonValue): JsonValue {
  if (typeof value === "string") {
    return value
      .replaceAll(/(?<=":)\[\]/g, "null")
      .replace(/Invalid value: (?:"?\{.*\}"?|null|\[\]): /s, "Invalid value: EXCERPT: ")
      .replace(/\n(?:@@.*)?$/s, "")
      .replace(/\]$/, "")
      .replace(/(?<=strict decoding error: ).*$/s, (fields) => fields.split(", ").sort().join(", "));
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutExcerpts(item));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutExcerpts(item)]));
}

/** Schemas of custom resources are walked in the order of Go's maps, and so are managers in conflict. */
function isUnordered(message: string, path: string): boolean {
  // Data of ConfigMaps and Secrets is a map as well.
  const isOfMaps =
    path.includes("$NS.example.com") || /\/(?:configmaps|secrets|customresourcedefinitions)\b/.test(path);
  return isOfMaps || message.includes("Apply failed with") || message.includes("errors:\n");
}

interface Parted {
  readonly path: string;
  readonly want: JsonValue | undefined;
  readonly got: JsonValue | undefined;
}

function firstDifference(
  want: JsonValue | undefined,
  got: JsonValue | undefined,
  path: string,
): Parted | undefined {
  if (want === got) return undefined;
  if (Array.isArray(want) && Array.isArray(got)) return listDifference(want, got, path);
  if (isFields(want) && isFields(got)) return fieldsDifference(want, got, path);
  return { path, want, got };
}

function listDifference(
  want: readonly JsonValue[],
  got: readonly JsonValue[],
  path: string,
): Parted | undefined {
  if (want.length !== got.length) return { path, want: want as JsonValue, got: got as JsonValue };
  for (const [index, item] of want.entries()) {
    const found = firstDifference(item, got[index], `${path}[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldsDifference(want: Fields, got: Fields, path: string): Parted | undefined {
  for (const key of [...new Set([...Object.keys(want), ...Object.keys(got)])].sort()) {
    const found = firstDifference(want[key], got[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isFields(value: JsonValue | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shownValue(value: JsonValue | undefined): string {
  return value === undefined ? "nothing" : writeJson(value);
}

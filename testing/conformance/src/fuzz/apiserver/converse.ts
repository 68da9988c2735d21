import { type JsonValue, parseJson, writeJson } from "@weir/core";
import type { ReplayTarget } from "../../apiserver/replay-target.ts";
import { bytesOf } from "../../apiserver/request-body.ts";
import type { RecordedRequest } from "../../apiserver/transcript.ts";
import { type CaseRequest, edited, type Exchange } from "./conversation.ts";
import { Mask } from "./mask.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const PATIENCE_MS = 20_000;
const REDEFINED_MS = 300;

type Fields = { readonly [key: string]: JsonValue };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Carries out the requests of a case in a namespace of their own, one after the other. */
export async function converse(
  requests: readonly CaseRequest[],
  target: ReplayTarget,
): Promise<readonly Exchange[]> {
  const conversation = new Conversation(requests, target);
  await conversation.prepare();
  try {
    const exchanges: Exchange[] = [];
    for (const request of requests) exchanges.push(await conversation.exchange(request));
    return exchanges;
  } finally {
    await conversation.end();
  }
}

class Conversation {
  readonly #target: ReplayTarget;
  readonly #mask: Mask;
  readonly #definitions = new Set<string>();
  /** Objects as they were last answered, by their path. */
  readonly #seen = new Map<string, JsonValue>();

  constructor(requests: readonly CaseRequest[], target: ReplayTarget) {
    this.#target = target;
    this.#mask = new Mask(
      target.namespaces.first,
      requests.map((request) => JSON.stringify(request)).join("\n"),
    );
  }

  async prepare(): Promise<void> {
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: this.#target.namespaces.first } };
    await this.#send({ method: "POST", path: "/api/v1/namespaces", body });
  }

  async exchange(request: CaseRequest): Promise<Exchange> {
    const { method, path, query, headers } = request;
    const body = this.#bodyOf(request);
    const answer = await this.#sendSettled({ ...request, ...(body === undefined ? {} : { body }) });
    const recorded: RecordedRequest = {
      method,
      path,
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: this.#mask.value(body) }),
      ...(request.rawBody === undefined ? {} : { rawBody: request.rawBody }),
    };
    const exchange = { request: recorded, response: this.#response(request, answer) };
    await this.#awaitDefinition(request, answer);
    return exchange;
  }

  #bodyOf(request: CaseRequest): JsonValue | undefined {
    if (request.edit === undefined) return request.body;
    const last = this.#seen.get(this.#mask.fill(request.path)) ?? request.body ?? {};
    return edited(last, request.edit);
  }

  #response({ path, query }: CaseRequest, { status, headers, text }: Answer): Exchange["response"] {
    const contentType = headers.get("content-type") ?? "";
    const warning = this.#mask.text(headers.get("warning") ?? "");
    const body = query?.["watch"] === undefined ? jsonOf(text) : eventsOf(text);
    if (body === undefined) return { status, contentType, warning, rawBody: this.#mask.text(text) };
    this.#remember(this.#mask.fill(path), body);
    const { kind } = body;
    this.#mask.isCollection = typeof kind === "string" && (kind.endsWith("List") || kind === "Table");
    return { status, contentType, warning, body: this.#mask.value(body) };
  }

  #remember(path: string, body: Fields): void {
    const { metadata, kind } = body;
    const isObject = kind !== "Status" && kind !== "Table" && metadata !== undefined;
    const name = isObject ? (metadata as Fields)["name"] : undefined;
    if (typeof name !== "string") return;
    const isCreated = path.split("/").at(-1) !== name;
    this.#seen.set(isCreated ? `${path}/${name}` : path, body as JsonValue);
  }

  /** A server of controllers serves a new definition a little later than it takes it. */
  async #awaitDefinition({ method, path, query }: CaseRequest, { status, text }: Answer): Promise<void> {
    const isWritten = path.startsWith(DEFINITIONS) && method !== "GET" && (status === 200 || status === 201);
    if (!isWritten || query?.["dryRun"] !== undefined || method === "DELETE") return;
    const { metadata, spec } = JSON.parse(text) as Definition;
    this.#definitions.add(metadata.name);
    // A server of controllers goes on for a little with what it knew of a definition.
    if (this.#target.isDelayed && method === "PUT") await pause(REDEFINED_MS);
    await until(async () => {
      const answer = await this.#send({ method: "GET", path: `${DEFINITIONS}/${metadata.name}` });
      return isEstablished(answer.text);
    });
    if (!this.#target.isDelayed) return;
    for (const version of spec.versions.filter(({ served }) => served)) {
      const served = `/apis/${spec.group}/${version.name}/${spec.names.plural}`;
      await until(async () => (await this.#send({ method: "GET", path: served })).status === 200);
    }
  }

  /** Definitions of ended cases would make a server slow, and addresses of Services are few; the cluster is for all cases. */
  async end(): Promise<void> {
    if (!this.#target.isDelayed) return;
    const own = `/namespaces/${this.#target.namespaces.first}/`;
    for (const path of this.#seen.keys())
      if (path.includes("/services/") || !path.includes(own)) await this.#send({ method: "DELETE", path });
    for (const name of this.#definitions)
      await this.#send({ method: "DELETE", path: `${DEFINITIONS}/${name}` });
  }

  async #sendSettled(request: CaseRequest): Promise<Answer> {
    let answer = await this.#send(request);
    while (this.#target.isDelayed && answer.text.includes("storage is (re)initializing")) {
      await pause(50);
      answer = await this.#send(request);
    }
    return answer;
  }

  async #send({ method, path, query, headers = {}, body, rawBody }: CaseRequest): Promise<Answer> {
    const sent = new Headers({ authorization: "Bearer admin-token" });
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const text = body === undefined ? rawBody : writeJson(this.#mask.fillValue(body));
    if (text !== undefined && !sent.has("content-type")) sent.set("content-type", "application/json");
    const filled = Object.entries(query ?? {}).map(
      ([name, value]) => [name, this.#mask.fill(value)] as [string, string],
    );
    const search = new URLSearchParams(filled).toString();
    const response = await this.#target.send({
      method,
      path: this.#mask.fill(path),
      query: search === "" ? "" : `?${search}`,
      headers: sent,
      body: text === undefined ? undefined : bytesOf(body === undefined ? this.#mask.fill(text) : text),
      signal: undefined,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

function isEstablished(text: string): boolean {
  const crd = JSON.parse(text) as { status?: { conditions?: readonly { type: string; status: string }[] } };
  return (
    crd.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false
  );
}

function jsonOf(text: string): Fields | undefined {
  if (!text.startsWith("{")) return undefined;
  return parseJson(text) as Fields;
}

/** The events of a watch as one body; a bookmark comes when it comes. */
function eventsOf(text: string): Fields | undefined {
  if (!text.startsWith("{")) return text === "" ? { kind: "WatchEventList", events: [] } : undefined;
  const events = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parseJson(line) as Fields);
  if (events[0]?.["kind"] === "Status") return events[0];
  return { kind: "WatchEventList", events: events.filter(({ type }) => type !== "BOOKMARK") as JsonValue };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (let wait = 2; !(await isSo()) && Date.now() < end; wait = Math.min(wait * 2, 50)) await pause(wait);
}

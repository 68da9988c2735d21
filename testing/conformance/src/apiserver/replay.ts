import { type JsonValue, parseJson, writeJson } from "@weir/core";
import { isAdmissionWrite } from "./admission-writes.ts";
import { type CompareOptions, compareSubset, compareValues, unordered } from "./compare.ts";
import { EventReader } from "./event-reader.ts";
import { Placeholders } from "./placeholders.ts";
import type { ReplayTarget } from "./replay-target.ts";
import { bytesOf, numbersIn, repeatedBody, writeSpaced } from "./request-body.ts";
import type {
  ExchangeStep,
  RecordedRequest,
  RecordedResponse,
  SetupRequest,
  Transcript,
  WatchStep,
} from "./transcript.ts";

const RETRY_MS = 10_000;
/** What admission looks at takes effect within this time. */
const SETTLE_MS = 1_200;
/** The embedded server answers otherwise within this time, or it never does. */
const PATIENCE_MS = 2_000;
const comparedHeaders = [
  "content-type",
  "location",
  "retry-after",
  "allow",
  "www-authenticate",
  "vary",
  "etag",
];

/** Replays a transcript; gives the first difference, or `undefined`. */
export async function replayTranscript(
  transcript: Transcript,
  target: ReplayTarget,
): Promise<string | undefined> {
  return new Replay(transcript, target).run();
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface OpenApiIndex {
  readonly paths: { readonly [path: string]: { readonly serverRelativeURL: string } | undefined };
}

class Replay {
  readonly #transcript: Transcript;
  readonly #target: ReplayTarget;
  readonly #placeholders = new Placeholders();
  readonly #etags = new Map<string, string>();
  #openApiIndex: OpenApiIndex = { paths: {} };

  constructor(transcript: Transcript, target: ReplayTarget) {
    this.#transcript = transcript;
    this.#target = target;
    this.#placeholders.set("$NS", target.namespaces.first);
    this.#placeholders.set("$NS2", target.namespaces.second);
    const token = { v: "meta.k8s.io/v1", rv: 2, start: "c1\0" };
    this.#placeholders.set("$EXPIRED_CONTINUE", Buffer.from(JSON.stringify(token)).toString("base64url"));
  }

  async run(): Promise<string | undefined> {
    const prepared = await this.#prepare();
    if (prepared !== undefined) return prepared;
    for (const [index, step] of this.#transcript.steps.entries()) {
      const difference = await this.#step(step, index);
      if (difference !== undefined) return `step ${index}: ${difference}`;
    }
    return this.#checkOrder();
  }

  async #prepare(): Promise<string | undefined> {
    for (const namespace of this.#transcript.namespaces) {
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
      const answer = await this.#send({ method: "POST", path: "/api/v1/namespaces", body });
      if (answer.status !== 201) return `namespace: ${answer.status} ${answer.text.slice(0, 200)}`;
    }
    for (const [index, request] of (this.#transcript.setup ?? []).entries()) {
      const answer = await this.#send(request);
      if (answer.status !== request.expectStatus)
        return `setup ${index}: want ${request.expectStatus}, got ${answer.status}: ${answer.text.slice(0, 300)}`;
      if (request.waitEstablished !== undefined) await this.#waitEstablished(request);
    }
    return undefined;
  }

  async #waitEstablished(request: SetupRequest): Promise<void> {
    const body = this.#placeholders.fillValue(request.body) as { metadata: { name: string } };
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${body.metadata.name}`;
    await until(async () => isEstablished((await this.#send({ method: "GET", path })).text));
  }

  async #step(step: Transcript["steps"][number], index: number): Promise<string | undefined> {
    if ("action" in step) {
      await this.#target.compact();
      return undefined;
    }
    return "watch" in step ? this.#watch(step, index) : this.#exchange(step, `.steps[${index}]`);
  }

  async #exchange(step: ExchangeStep, path: string): Promise<string | undefined> {
    let difference: string | undefined;
    const attempt = async (): Promise<boolean> => {
      const answer = await this.#send(step.request);
      difference = this.#compare(step.response, answer, `${path}.response`);
      this.#remember(step.request, answer);
      return difference === undefined;
    };
    const isRead = this.#target.isDelayed && step.request.method === "GET";
    if (step.retry === true || step.note?.startsWith("after ") === true || isRead)
      await until(attempt, isRead ? RETRY_MS : PATIENCE_MS);
    else await attempt();
    if (this.#target.isDelayed && difference === undefined) await this.#settle(step);
    return difference === undefined
      ? undefined
      : `${step.request.method} ${step.request.path}: ${difference}`;
  }

  async #settle(step: ExchangeStep): Promise<void> {
    const pauseMs = step.pauseMs ?? (isAdmissionWrite(step.request) ? SETTLE_MS : 0);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await this.#settleDefinition(step);
  }

  /** The recorder read a new definition once its names were accepted or refused. */
  async #settleDefinition({ request, response }: ExchangeStep): Promise<void> {
    const isNew = request.path.endsWith("/customresourcedefinitions") && response.status === 201;
    const name = (request.body as { metadata?: { name?: string } } | undefined)?.metadata?.name;
    if (!isNew || name === undefined || request.query?.["dryRun"] !== undefined) return;
    const path = `${request.path}/${name}`;
    await until(async () => hasConditions((await this.#send({ method: "GET", path })).text));
  }

  #remember(request: RecordedRequest, answer: Answer): void {
    const etag = answer.headers.get("etag");
    if (request.path === "/openapi/v3" && answer.status === 200)
      this.#openApiIndex = JSON.parse(answer.text) as OpenApiIndex;
    if (etag !== null) this.#etags.set(`${request.path} ${request.headers?.["Accept"] ?? ""}`, etag);
  }

  async #send(request: RecordedRequest, signal?: AbortSignal): Promise<Answer> {
    for (;;) {
      const response = await this.#open(request, signal);
      const text = await response.text();
      const isComing = this.#target.isDelayed && text.includes("storage is (re)initializing");
      if (!isComing) return { status: response.status, headers: response.headers, text };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #open(request: RecordedRequest, signal?: AbortSignal): Promise<Response> {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers ?? {}))
      headers.set(name, this.#fillHeader(request, value));
    if (request.body !== undefined && !headers.has("content-type"))
      headers.set("content-type", "application/json");
    if (request.headers?.["User-Agent"] === undefined) headers.delete("user-agent");
    const authorization = this.#authorization(request.user);
    if (authorization !== undefined) headers.set("authorization", authorization);
    const path = this.#placeholders.fill(request.path);
    return this.#target.send({
      method: request.method,
      path,
      query: this.#query(request),
      headers,
      body: this.#body(request),
      signal,
    });
  }

  #fillHeader(request: RecordedRequest, value: string): string {
    if (value === "$ETAG")
      return this.#etags.get(`${request.path} ${request.headers?.["Accept"] ?? ""}`) ?? value;
    return this.#placeholders.fill(value);
  }

  #authorization(user: string | undefined): string | undefined {
    if (user === "anonymous") return undefined;
    if (user === undefined) return "Bearer admin-token";
    if (user.startsWith("serviceaccount:")) return `Bearer ${this.#placeholders.get("$TOKEN1") ?? ""}`;
    return `Bearer ${user}-token`;
  }

  #query(request: RecordedRequest): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) {
      for (const each of typeof value === "string" ? [value] : value)
        query.append(name, each === "$HASH" ? this.#openApiHash(request) : this.#placeholders.fill(each));
    }
    const text = query.toString();
    return text === "" ? "" : `?${text}`;
  }

  /** The hash that the last index of OpenAPI documents gave for the request's path. */
  #openApiHash(request: RecordedRequest): string {
    const index = this.#openApiIndex.paths[request.path.slice("/openapi/v3/".length)];
    return index?.serverRelativeURL.split("hash=")[1] ?? "$HASH";
  }

  /** Always bytes: a Request adds a Content-Type of its own to text. */
  #body(request: RecordedRequest): Uint8Array<ArrayBuffer> | undefined {
    if (request.body !== undefined) return bytesOf(writeSpaced(this.#fillTimes(request.body)));
    if (request.rawBody !== undefined) return bytesOf(this.#placeholders.fill(request.rawBody));
    if (request.rawBodyHex !== undefined) return new Uint8Array(Buffer.from(request.rawBodyHex, "hex"));
    if (request.rawBodyRepeat !== undefined) return bytesOf(repeatedBody(request.rawBodyRepeat));
    return undefined;
  }

  /** `$TIME` in a request is the last such time that a response held. */
  #fillTimes(body: JsonValue): JsonValue {
    const filled = writeJson(this.#placeholders.fillValue(numbersIn(body, this.#placeholders)) as JsonValue);
    const time = this.#placeholders.get("last $TIME");
    const micro = this.#placeholders.get("last $MICROTIME");
    return parseJson(
      filled.replaceAll("$TIME", time ?? "$TIME").replaceAll("$MICROTIME", micro ?? "$MICROTIME"),
    );
  }

  #compare(expected: RecordedResponse, answer: Answer, path: string): string | undefined {
    const shown = answer.text.slice(0, 300);
    if (answer.status !== expected.status)
      return `want status ${expected.status}, got ${answer.status}: ${shown}`;
    return this.#compareHeaders(expected, answer) ?? this.#compareBody(expected, answer, path);
  }

  #compareHeaders(expected: RecordedResponse, answer: Answer): string | undefined {
    for (const [name, value] of Object.entries(expected.headers ?? {})) {
      if (!comparedHeaders.includes(name.toLowerCase()) || typeof value !== "string") continue;
      const actual = answer.headers.get(name) ?? "";
      if (!this.#placeholders.match(value, actual)) return `header ${name}: want ${value}, got ${actual}`;
    }
    return this.#compareWarnings(expected.headers?.["Warning"] ?? [], answer.headers.get("warning") ?? "");
  }

  #compareWarnings(expected: string | readonly string[], actual: string): string | undefined {
    const list = typeof expected === "string" ? [expected] : expected;
    const wanted = list.map((text) => this.#placeholders.fill(text)).join(", ");
    return actual === wanted ? undefined : `warnings: want ${wanted}, got ${actual}`;
  }

  #compareBody(expected: RecordedResponse, answer: Answer, path: string): string | undefined {
    if (expected.rawBody !== undefined) return this.#compareRaw(expected.rawBody, answer.text);
    if (expected.bodyPrefix !== undefined) {
      const prefix = this.#placeholders.fill(expected.bodyPrefix);
      return answer.text.startsWith(prefix)
        ? undefined
        : `body does not begin with ${prefix}: ${answer.text.slice(0, prefix.length)}`;
    }
    if (expected.rawBodyPrefixHex !== undefined) {
      const hex = Buffer.from(answer.text, "latin1").toString("hex");
      return hex.startsWith(expected.rawBodyPrefixHex)
        ? undefined
        : `body does not begin with ${expected.rawBodyPrefixHex}`;
    }
    if (expected.body === undefined) return undefined;
    return this.#compareJson(expected, parse(answer.text), `${path}.body`);
  }

  #compareRaw(expected: string, actual: string): string | undefined {
    if (this.#placeholders.match(expected, actual)) return undefined;
    return `raw body: want ${JSON.stringify(this.#placeholders.fill(expected)).slice(0, 600)}, got ${JSON.stringify(actual).slice(0, 600)}`;
  }

  #compareJson(expected: RecordedResponse, actual: JsonValue | undefined, path: string): string | undefined {
    const wanted = expected.body ?? null;
    const compare = expected.bodySubset === true ? compareSubset : compareValues;
    return compare(withMessage(this.#placeholders, wanted, actual), actual, path, this.#options());
  }

  #options(): CompareOptions {
    return {
      placeholders: this.#placeholders,
      unstable: new Set(this.#transcript.unstable ?? []),
      numberedTimes: this.#transcript.numberedTimes === true,
    };
  }

  async #watch(step: WatchStep, index: number): Promise<string | undefined> {
    const abort = new AbortController();
    const request = { ...step.watch, method: "GET" };
    const response = await this.#openWatch(request, abort.signal);
    try {
      if (step.expectEvents === undefined) {
        const answer = { status: response.status, headers: response.headers, text: await response.text() };
        return this.#compare(step.response, answer, `.steps[${index}].response`);
      }
      const headers = this.#compare(
        { ...step.response },
        { status: response.status, headers: response.headers, text: "" },
        "",
      );
      if (headers !== undefined) return headers;
      for (const [at, during] of (step.during ?? []).entries()) {
        const difference = await this.#exchange(during, `.steps[${index}].during[${at}]`);
        if (difference !== undefined) return `during ${at}: ${difference}`;
      }
      return await this.#readEvents(step, response, `.steps[${index}].expectEvents`);
    } finally {
      abort.abort();
    }
  }

  /** A new definition's storage is not there at once. */
  async #openWatch(request: RecordedRequest, signal: AbortSignal): Promise<Response> {
    for (;;) {
      const response = await this.#open(request, signal);
      if (!this.#target.isDelayed || response.status !== 429) return response;
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #readEvents(step: WatchStep, response: Response, path: string): Promise<string | undefined> {
    const events = new EventReader(response);
    const expected = step.expectEvents ?? [];
    for (const [index, want] of expected.entries()) {
      const isBookmark = (want as { type?: string }).type === "BOOKMARK";
      const event = await events.next((step.deadlineSeconds ?? 3) * 1000, isBookmark);
      if (event === undefined)
        return `event ${index}: want ${JSON.stringify(this.#placeholders.fillValue(want)).slice(0, 300)}, got none`;
      const difference = compareValues(want, event, `${path}[${index}]`, this.#options());
      if (difference !== undefined) return difference;
    }
    if (step.end === "closed") {
      const extra = await events.next((step.deadlineSeconds ?? 5) * 1000, false);
      if (extra !== undefined) return `want no further event, got ${JSON.stringify(extra).slice(0, 200)}`;
      return events.isClosed ? undefined : "want the stream to be closed";
    }
    const extra = await events.next(this.#target.quietMs, false);
    if (extra !== undefined) return `want no further event, got ${JSON.stringify(extra).slice(0, 300)}`;
    return events.isClosed ? "want the stream to stay open" : undefined;
  }

  #checkOrder(): string | undefined {
    let last = 0;
    for (const name of this.#transcript.rvOrder ?? []) {
      const value = Number(this.#placeholders.get(name) ?? Number.NaN);
      if (Number.isNaN(value)) continue;
      if (value < last) return `order of resource versions: ${name} is ${value}, less than ${last}`;
      last = value;
    }
    return undefined;
  }
}

function hasConditions(text: string): boolean {
  return text.includes('"type":"NamesAccepted"') && !text.includes('"reason":"Installing"');
}

function isEstablished(text: string): boolean {
  const crd = JSON.parse(text) as { status?: { conditions?: readonly { type: string; status: string }[] } };
  const conditions = crd.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Established" && status === "True");
}

/** Where the order of a message's parts is not fixed, the recorded one is replaced by an equal one that was sent. */
function withMessage(
  placeholders: Placeholders,
  expected: JsonValue,
  actual: JsonValue | undefined,
): JsonValue {
  if (!isStatus(expected) || !isStatus(actual)) return expected;
  const wanted = placeholders.fill(expected.message);
  return unordered(wanted) === unordered(actual.message)
    ? { ...expected, message: actual.message }
    : expected;
}

function isStatus(
  value: JsonValue | undefined,
): value is { readonly message: string; readonly [key: string]: JsonValue } {
  return (
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    typeof (value as { message?: unknown }).message === "string"
  );
}

function parse(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

async function until(attempt: () => Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const end = Date.now() + patienceMs;
  for (let wait = 2; !(await attempt()) && Date.now() < end; wait = Math.min(wait * 2, 100))
    await new Promise((resolve) => setTimeout(resolve, wait));
}

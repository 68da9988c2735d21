import type { ApiServer, Storage } from "@weir/apiserver";
import type { JsonValue } from "@weir/core";
import { type CompareOptions, compareSubset, compareValues, unordered } from "./compare.ts";
import { Placeholders } from "./placeholders.ts";
import type {
  ExchangeStep,
  RecordedRequest,
  RecordedResponse,
  SetupRequest,
  Transcript,
  WatchStep,
} from "./transcript.ts";

/** A server to replay against, and its store. */
export interface ReplayTarget {
  readonly server: ApiServer;
  readonly storage: Storage;
}

const ORIGIN = "https://server.test";
const RETRY_MS = 10_000;
const QUIET_MS = 30;
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

class Replay {
  readonly #transcript: Transcript;
  readonly #target: ReplayTarget;
  readonly #placeholders = new Placeholders();
  readonly #etags = new Map<string, string>();

  constructor(transcript: Transcript, target: ReplayTarget) {
    this.#transcript = transcript;
    this.#target = target;
    this.#placeholders.set("$NS", "t-abcdefghi");
    this.#placeholders.set("$NS2", "u-abcdefghi");
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
      await this.#target.storage.compact(await this.#target.storage.revision());
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
    if (step.retry === true || step.note?.startsWith("after ") === true) await until(attempt);
    else await attempt();
    return difference === undefined
      ? undefined
      : `${step.request.method} ${step.request.path}: ${difference}`;
  }

  #remember(request: RecordedRequest, answer: Answer): void {
    const etag = answer.headers.get("etag");
    if (etag !== null) this.#etags.set(`${request.path} ${request.headers?.["Accept"] ?? ""}`, etag);
  }

  async #send(request: RecordedRequest, signal?: AbortSignal): Promise<Answer> {
    const response = await this.#open(request, signal);
    return { status: response.status, headers: response.headers, text: await response.text() };
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
    const body = this.#body(request);
    const url = `${ORIGIN}${this.#placeholders.fill(request.path)}${this.#query(request)}`;
    const init = {
      method: request.method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    };
    return this.#target.server.fetch(new Request(url, init));
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
        query.append(name, this.#placeholders.fill(each));
    }
    const text = query.toString();
    return text === "" ? "" : `?${text}`;
  }

  #body(request: RecordedRequest): string | Uint8Array<ArrayBuffer> | undefined {
    if (request.body !== undefined) return JSON.stringify(this.#fillTimes(request.body));
    if (request.rawBody !== undefined) return this.#placeholders.fill(request.rawBody);
    if (request.rawBodyHex !== undefined) return new Uint8Array(Buffer.from(request.rawBodyHex, "hex"));
    if (request.rawBodyRepeat !== undefined) return repeatedBody(request.rawBodyRepeat);
    return undefined;
  }

  /** `$TIME` in a request is the last such time that a response held. */
  #fillTimes(body: JsonValue): unknown {
    const filled = JSON.stringify(this.#placeholders.fillValue(body));
    const time = this.#placeholders.get("last $TIME");
    const micro = this.#placeholders.get("last $MICROTIME");
    return JSON.parse(
      filled
        .replaceAll("$TIME", time ?? "$TIME")
        .replaceAll("$MICROTIME", micro ?? "$MICROTIME")
        .replaceAll(/"\$NODEPORT\d+"/g, "0")
        .replaceAll(/("nodePort":)"(\d+)"/g, "$1$2"),
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
    const response = await this.#open(request, abort.signal);
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
    const extra = await events.next(QUIET_MS, false);
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
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** Reads the lines of a watch, one event at a time. */
class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #lines: string[] = [];
  #rest = "";
  #pending: Promise<{ done: boolean; value?: Uint8Array | undefined }> | undefined;
  isClosed = false;

  constructor(response: Response) {
    const body = response.body;
    if (body === null) throw new TypeError("no body");
    this.#reader = body.getReader();
  }

  async next(timeoutMs: number, wantsBookmark: boolean): Promise<JsonValue | undefined> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) {
        const event = JSON.parse(line) as { type: string };
        if (event.type === "BOOKMARK" && !wantsBookmark) continue;
        return event as unknown as JsonValue;
      }
      if (this.isClosed || !(await this.#more(end - Date.now()))) return undefined;
    }
  }

  async #more(timeoutMs: number): Promise<boolean> {
    if (timeoutMs <= 0) return false;
    this.#pending ??= this.#reader.read();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const read = await Promise.race([this.#pending, timeout]);
    clearTimeout(timer);
    if (read === undefined) return false;
    this.#pending = undefined;
    if (read.done) this.isClosed = true;
    else this.#push(this.#decoder.decode(read.value, { stream: true }));
    return true;
  }

  #push(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    this.#lines.push(...lines.filter((line) => line !== ""));
  }
}

async function until(attempt: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + RETRY_MS;
  for (let wait = 2; !(await attempt()) && Date.now() < end; wait = Math.min(wait * 2, 100)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (wait > 90 && Date.now() > end - RETRY_MS + 2000) return;
  }
}

/** A big body described in words: a ConfigMap with one long value. */
function repeatedBody(description: JsonValue): string {
  const words = String(description);
  const length = Number(/\d{5,}/.exec(words)?.[0] ?? 0);
  const name = /ConfigMap (\w+)/.exec(words)?.[1] ?? "";
  const key = /(?:data\.|annotation )(\w+)/.exec(words)?.[1] ?? "";
  const long = { [key]: "x".repeat(length) };
  const isAnnotation = words.includes("annotation");
  const metadata = isAnnotation ? { name, annotations: long } : { name };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    ...(isAnnotation ? {} : { data: long }),
  });
}

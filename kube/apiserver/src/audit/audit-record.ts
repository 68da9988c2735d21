import { decodeProtobuf, isProtobuf } from "@weir/builtin";
import { type Clock, type JsonObject, type JsonValue, parseJson, type Random, writeJson } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import type { UserInfo } from "../auth/user-info.ts";
import type { ApiRequest, ApiResponse, BodyPiece } from "../http/api-request.ts";
import type { ResourceRequestInfo } from "../http/request-info.ts";
import { child, children, isDraft, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { newUid } from "../verbs/identity.ts";
import { selectedName } from "../verbs/selection.ts";
import { type AuditEvent, eventLine, type ObjectRef } from "./audit-event.ts";
import {
  type AuditDecision,
  type AuditLevel,
  type AuditPolicy,
  type AuditStage,
  metadataPolicy,
} from "./audit-policy.ts";
import { sourceIPs } from "./source-ips.ts";

/** Takes the lines of an audit log. */
export interface AuditSink {
  /** Takes one event as a line of JSON with its line feed, and never waits; false where it had to drop it. */
  write(line: string): boolean;
}

/** What is recorded of requests, and where. */
export interface AuditOptions {
  readonly sink: AuditSink;
  /** Everything as metadata, once for each request, by default. */
  readonly policy?: AuditPolicy;
}

interface RecordDeps {
  readonly sink: AuditSink;
  readonly policy: AuditPolicy;
  readonly clock: Clock;
  readonly random: Random;
}

/** Begins the records of requests. */
export class Auditor {
  readonly #deps: RecordDeps;

  constructor({ sink, policy = metadataPolicy() }: AuditOptions, deps: Pick<RecordDeps, "clock" | "random">) {
    this.#deps = { sink, policy, ...deps };
  }

  begin(request: ApiRequest): AuditRecord {
    return new AuditRecord(request, this.#deps);
  }
}

const ORDER: readonly AuditLevel[] = ["None", "Metadata", "Request", "RequestResponse"];

const LONG_RUNNING: ReadonlySet<string> = new Set(["attach", "exec", "log", "portforward", "proxy"]);
const LONGEST_AGENT = 1024;
/** A streamed answer is kept up to here; the event would be too large with more. */
const LONGEST_BODY = 12 * 1024 * 1024;

/** What becomes known of one request on its way, and the events that tell of it. */
export class AuditRecord {
  readonly #deps: RecordDeps;
  readonly #request: ApiRequest;
  readonly #id: string;
  readonly #receivedMs: number;
  #decision: AuditDecision | undefined;
  #verb = "";
  #user: UserInfo | undefined;
  #impersonated: UserInfo | undefined;
  #isRefused = false;
  #isResource = false;
  #reference: ObjectRef | undefined;
  #status: JsonObject | undefined;
  #requestObject: string | undefined;
  #responseObject: string | undefined;
  readonly #annotations = new Map<string, string>();

  constructor(request: ApiRequest, deps: RecordDeps) {
    this.#deps = deps;
    this.#request = request;
    this.#receivedMs = deps.clock.now();
    this.#id = request.header("audit-id") || newUid(deps.random);
  }

  /** Who asks for what is known: the policy decides, and the request counts as received. */
  authenticated(user: UserInfo, info: ResourceRequestInfo | undefined): void {
    this.#decide(user, info);
    this.#emit("RequestReceived");
  }

  /** Nobody knows the credentials of the request. */
  unauthenticated(info: ResourceRequestInfo | undefined): void {
    this.#isRefused = true;
    this.#decide(undefined, info);
  }

  impersonated(user: UserInfo): void {
    this.#impersonated = user;
  }

  authorized(isAllowed: boolean, reason: string): void {
    this.annotate("authorization.k8s.io/decision", isAllowed ? "allow" : "forbid");
    this.annotate("authorization.k8s.io/reason", reason);
  }

  /** Adds an annotation to the events that follow; the first value of a key stays. */
  annotate(key: string, value: string): void {
    if (!this.#annotations.has(key)) this.#annotations.set(key, value);
  }

  /** Whether what a request or an answer holds is recorded, and not only about whom it is. */
  isAtLeast(level: AuditLevel): boolean {
    return ORDER.indexOf(this.#decision?.level ?? "None") >= ORDER.indexOf(level);
  }

  /** The object of a request's body, as it was read and before anybody changed it. */
  requestObject(object: JsonObject): void {
    if (!this.isAtLeast("Metadata")) return;
    const meta = child(object, "metadata");
    const reference = this.#reference;
    if (reference !== undefined) {
      this.#reference = {
        ...reference,
        namespace: reference.namespace || text(meta, "namespace"),
        name: reference.name || text(meta, "name"),
        uid: text(meta, "uid"),
        resourceVersion: text(meta, "resourceVersion"),
      };
    }
    if (this.isAtLeast("Request")) this.#requestObject = this.#objectText(object);
  }

  /** The patch of a request's body. */
  patch(patch: JsonValue): void {
    if (this.isAtLeast("Request")) this.#requestObject = writeJson(patch);
  }

  /** The answer to the request: recorded when it is given, or when its stream ends. */
  answered(response: ApiResponse): ApiResponse {
    const headers: ApiResponse["headers"] = [["Audit-Id", this.#id], ...response.headers];
    const answer = { ...response, headers };
    if (!this.isAtLeast("Metadata")) return answer;
    this.#status = { metadata: {}, code: response.status };
    if (typeof response.body === "string") {
      this.#readAnswer(response, response.body);
      if (this.#isRefused || this.#isLongRunning) this.#emit("ResponseStarted");
      if (!this.#isRefused) this.#emit("ResponseComplete");
      return answer;
    }
    if (this.#isLongRunning) this.#emit("ResponseStarted");
    return { ...answer, body: this.#follow(response, response.body) };
  }

  /** Whether a request is told of when its answer begins, too. */
  get #isLongRunning(): boolean {
    return this.#verb === "watch" || LONG_RUNNING.has(this.#reference?.subresource ?? "");
  }

  #decide(user: UserInfo | undefined, info: ResourceRequestInfo | undefined): void {
    const { path, method, query } = this.#request;
    this.#user = user;
    this.#verb = info?.verb ?? method.toLowerCase();
    this.#isResource = info !== undefined;
    // A list of one name by a field selector is about that object.
    const target = info?.name === "" ? { ...info, name: selectedName(query) } : info;
    this.#decision = this.#deps.policy({ user, verb: this.#verb, path, target });
    if (target !== undefined) this.#reference = { ...target, uid: "", resourceVersion: "" };
  }

  /** A stream that records its end, whoever ends it. */
  #follow(response: ApiResponse, body: AsyncIterable<BodyPiece>): AsyncIterable<BodyPiece> {
    const isCollected = this.#verb !== "watch" && this.isAtLeast("RequestResponse");
    const pieces: string[] = [];
    let length = 0;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      if (isCollected && length <= LONGEST_BODY) this.#readAnswer(response, pieces.join(""));
      this.#emit("ResponseComplete");
    };
    const keep = (piece: BodyPiece): void => {
      length += piece.length;
      if (isCollected && length <= LONGEST_BODY)
        pieces.push(typeof piece === "string" ? piece : Buffer.from(piece).toString("utf8"));
    };
    const iterator = body[Symbol.asyncIterator]();
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          try {
            const result = await iterator.next();
            if (result.done === true) end();
            else keep(result.value);
            return result;
          } catch (error) {
            end();
            throw error;
          }
        },
        return: async (value) => {
          end();
          await iterator.return?.(value);
          return { done: true, value };
        },
      }),
    };
  }

  /** Takes the Status, and what else the level asks for, out of an answer. */
  #readAnswer(response: ApiResponse, body: string): void {
    const isWanted = this.isAtLeast("RequestResponse");
    const mayBeStatus = response.status >= 400 || this.#verb.startsWith("delete") || isStatus(body);
    const json = mayBeStatus || isWanted ? jsonOf(response, body) : undefined;
    // Versions and health are not written as objects.
    if (json === undefined || (!this.#isResource && !json.startsWith('{"kind":'))) return;
    if (isStatus(json)) this.#status = statusOf(JSON.parse(json) as JsonObject, response.status);
    if (!isWanted) return;
    const isWhole = this.#decision?.omitManagedFields !== true;
    this.#responseObject = isWhole ? json : this.#objectText(parseJson(json) as JsonObject);
  }

  #objectText(object: JsonObject): string {
    return writeJson(this.#decision?.omitManagedFields === true ? withoutManagedFields(object) : object);
  }

  #emit(stage: AuditStage): void {
    const decision = this.#decision;
    if (decision === undefined || decision.level === "None" || decision.omitStages.has(stage)) return;
    const { sink, clock } = this.#deps;
    sink.write(
      eventLine(this.#event(decision, stage, stage === "RequestReceived" ? this.#receivedMs : clock.now())),
    );
  }

  // oxlint-disable-next-line max-params -- what differs from event to event
  #event({ level }: AuditDecision, stage: AuditStage, stageMs: number): AuditEvent {
    const request = this.#request;
    const agent = request.header("user-agent") ?? "";
    return {
      level,
      auditID: this.#id,
      stage,
      requestURI: uriOf(request),
      verb: this.#verb,
      user: this.#user,
      impersonatedUser: this.#impersonated,
      sourceIPs: sourceIPs({ header: (name) => request.header(name), remoteAddress: request.remoteAddress }),
      userAgent: agent.length > LONGEST_AGENT ? `${agent.slice(0, LONGEST_AGENT)}...TRUNCATED` : agent,
      objectRef: this.#reference,
      responseStatus: this.#status,
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      receivedMs: this.#receivedMs,
      stageMs,
      annotations: this.#annotations,
    };
  }
}

function uriOf({ path, query, target }: ApiRequest): string {
  if (target !== undefined) return target;
  const search = query.toString();
  return search === "" ? path : `${path}?${search}`;
}

/** An answer as JSON without spaces, whatever the client asked for; nothing where it is no object. */
function jsonOf({ headers, bytes }: ApiResponse, body: string): string | undefined {
  if (bytes !== undefined && isProtobuf(bytes))
    return writeJson(decodeProtobuf(bytes) as unknown as JsonValue);
  const [, type = ""] = headers.find(([name]) => name === "Content-Type") ?? [];
  const said = bytes === undefined ? body : Buffer.from(bytes).toString("utf8");
  if (type.startsWith("application/yaml")) return writeJson(loadYaml(said) as JsonValue);
  if (!type.startsWith("application/json")) return undefined;
  return said.startsWith("{\n") ? writeJson(parseJson(said)) : said.trimEnd();
}

function isStatus(json: string): boolean {
  return json.startsWith('{"kind":"Status"');
}

function statusOf(status: JsonObject, code: number): JsonObject {
  const { message, reason, details } = status;
  return {
    metadata: {},
    ...(status["status"] === undefined ? {} : { status: status["status"] }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

/** An object, a list or a table without what manages its fields. */
function withoutManagedFields(object: JsonObject): JsonObject {
  const meta = child(object, "metadata");
  const own = meta !== undefined && Object.hasOwn(meta, "managedFields") ? { metadata: without(meta) } : {};
  const items = Array.isArray(object["items"])
    ? {
        items: (object["items"] as readonly JsonValue[]).map((item) =>
          isDraft(item) ? withoutManagedFields(item) : item,
        ),
      }
    : {};
  const rows = Array.isArray(object["rows"])
    ? {
        rows: children(object, "rows").map((row) => {
          const shown = child(row, "object");
          return shown === undefined ? row : { ...row, object: withoutManagedFields(shown) };
        }),
      }
    : {};
  return { ...object, ...own, ...items, ...rows } as JsonObject;
}

function without(meta: Draft): JsonObject {
  const { managedFields: _, ...rest } = meta;
  return rest as JsonObject;
}

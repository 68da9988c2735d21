import { type JsonObject, type JsonValue, parseJson, writeJson } from "@weir/core";
import { fetchTransport, type Transport } from "@weir/client";
import { applyJsonPatch, applyMergePatch, jsonEqual, type KubeObject, type ObjectMeta } from "@weir/objects";

/** A request as the server got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: JsonValue | undefined;
}

/** Answers instead of the server; `undefined` lets it answer itself. */
export type Fault = (request: SeenRequest) => Response | Promise<Response> | undefined;

interface Watcher {
  readonly path: string;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

interface LoggedEvent {
  readonly version: number;
  readonly path: string;
  readonly type: string;
  readonly object: KubeObject;
}

const encoder = new TextEncoder();

/**
 * A Kubernetes API of a few rules, in memory: enough to script what a server does to a client, good and bad.
 *
 * Collections are paths without a namespace (`/apis/example.com/v1/things`); anything that is asked for exists.
 */
export class StubServer {
  readonly requests: SeenRequest[] = [];
  /** Whether objects count generations; ConfigMaps do not. */
  hasGenerations = true;
  readonly #objects = new Map<string, KubeObject>();
  readonly #log: LoggedEvent[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #faults: Fault[] = [];
  #version = 100;
  #oldest = 0;
  #uids = 0;

  readonly transport: Transport = fetchTransport((request) => this.fetch(request));

  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const seen: SeenRequest = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      body: text === "" ? undefined : parseJson(text),
    };
    request.signal.throwIfAborted();
    this.requests.push(seen);
    for (const fault of this.#faults.slice()) {
      const answer = await fault(seen);
      if (answer !== undefined) return answer;
    }
    return this.#answer(seen, request);
  }

  /** Adds a fault in front of the server; the result takes it away. */
  fault(fault: Fault): Disposable {
    this.#faults.push(fault);
    return {
      [Symbol.dispose]: () => {
        this.#faults.splice(this.#faults.indexOf(fault), 1);
      },
    };
  }

  /** The next request that matches gets this answer. */
  failNext(matches: (request: SeenRequest) => boolean, answer: () => Response): void {
    const fault = this.fault((request) => {
      if (!matches(request)) return undefined;
      fault[Symbol.dispose]();
      return answer();
    });
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#watchers.size;
  }

  get version(): string {
    return String(this.#version);
  }

  /** Makes or changes an object as somebody else would. */
  put(collection: string, object: JsonObject): KubeObject {
    const metadata = object["metadata"] as ObjectMeta;
    const path = objectPath(collection, metadata);
    const current = this.#objects.get(path);
    return this.#store(collection, path, { ...current, ...object } as unknown as KubeObject, current);
  }

  get(collection: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(objectPath(collection, { namespace, name }));
  }

  /** Takes an object away at once, as somebody else would. */
  take(collection: string, namespace: string, name: string): void {
    const path = objectPath(collection, { namespace, name });
    const current = this.#objects.get(path);
    if (current !== undefined) this.#drop(collection, path, current);
  }

  /** Ends all watches, orderly or not. */
  endWatches(error?: Error): void {
    for (const watcher of this.#watchers) {
      if (error === undefined) watcher.controller.close();
      else watcher.controller.error(error);
    }
    this.#watchers.clear();
  }

  /** Forgets the past: watches and lists from before now are refused. */
  compact(): void {
    this.#oldest = this.#version;
    this.#log.length = 0;
  }

  /** Sends raw text on all watches. */
  sendRaw(text: string): void {
    for (const { controller } of this.#watchers) controller.enqueue(encoder.encode(text));
  }

  bookmark(): void {
    this.#version += 1;
    this.sendRaw(`${writeJson(bookmark(this.#version, false))}\n`);
  }

  #answer(seen: SeenRequest, request: Request): Response {
    const { collection, namespace, name, subresource } = parsePath(seen.path);
    const key = objectPath(collection, { namespace: namespace ?? "", name: name ?? "" });
    if (seen.method === "GET" && name === undefined) {
      return seen.query.has("watch")
        ? this.#watch(collection, namespace, seen.query, request)
        : this.#list(collection, namespace, seen.query);
    }
    if (seen.method === "POST") return this.#create(collection, seen.body as JsonObject);
    const current = this.#objects.get(key);
    if (current === undefined) {
      if (request.headers.get("content-type") !== "application/apply-patch+yaml") return notFound(name ?? "");
      return this.#create(collection, seen.body as JsonObject);
    }
    switch (seen.method) {
      case "GET":
        return json(current);
      case "DELETE":
        return this.#delete(collection, key, current);
      default:
        return this.#change(collection, key, current, { seen, request, subresource });
    }
  }

  #change(
    collection: string,
    key: string,
    current: KubeObject,
    { seen, request, subresource }: { seen: SeenRequest; request: Request; subresource: string | undefined },
  ): Response {
    const value = current as unknown as JsonValue;
    const type = request.headers.get("content-type");
    let next: JsonObject;
    try {
      if (seen.method === "PUT") next = seen.body as JsonObject;
      else if (type === "application/json-patch+json")
        next = applyJsonPatch(value, seen.body as JsonValue[]) as JsonObject;
      else next = applyMergePatch(value, seen.body as JsonValue) as JsonObject;
    } catch {
      return failure(422, "Invalid", "the server rejected our request due to an error in our request");
    }
    const version = (next["metadata"] as ObjectMeta).resourceVersion;
    if (version !== undefined && version !== current.metadata.resourceVersion) {
      return failure(409, "Conflict", "the object has been modified", (next["metadata"] as ObjectMeta).name);
    }
    const merged =
      subresource === "status"
        ? { ...current, status: next["status"] }
        : { ...next, status: current["status"] };
    if (writeJson(merged as JsonObject) === writeJson({ ...(value as JsonObject) })) return json(current);
    const stored = this.#store(collection, key, merged as unknown as KubeObject, current);
    if (isFinished(stored)) this.#drop(collection, key, stored);
    return json(stored);
  }

  #create(collection: string, body: JsonObject): Response {
    const metadata = body["metadata"] as ObjectMeta;
    const path = objectPath(collection, metadata);
    if (this.#objects.has(path))
      return failure(409, "AlreadyExists", `${metadata.name} already exists`, metadata.name);
    return json(this.#store(collection, path, body as unknown as KubeObject, undefined), 201);
  }

  #delete(collection: string, key: string, current: KubeObject): Response {
    if ((current.metadata.finalizers?.length ?? 0) === 0) {
      this.#drop(collection, key, current);
      return json({ kind: "Status", apiVersion: "v1", status: "Success" });
    }
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    const next = { ...current, metadata: { ...current.metadata, deletionTimestamp } };
    return json(this.#store(collection, key, next, current));
  }

  #store(collection: string, path: string, object: KubeObject, current: KubeObject | undefined): KubeObject {
    this.#version += 1;
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: current?.metadata.uid ?? `uid-${++this.#uids}`,
        creationTimestamp: "2026-01-01T00:00:00Z",
        ...(this.hasGenerations ? { generation: generationOf(object, current) } : {}),
        resourceVersion: String(this.#version),
      },
    };
    this.#objects.set(path, stored);
    this.#emit(collection, current === undefined ? "ADDED" : "MODIFIED", stored);
    return stored;
  }

  #drop(collection: string, path: string, current: KubeObject): void {
    this.#version += 1;
    this.#objects.delete(path);
    const metadata = { ...current.metadata, resourceVersion: String(this.#version) };
    this.#emit(collection, "DELETED", { ...current, metadata });
  }

  #emit(collection: string, type: string, object: KubeObject): void {
    this.#log.push({ version: this.#version, path: collection, type, object });
    for (const watcher of this.#watchers) {
      if (matchesWatch(watcher.path, collection, object)) watcher.controller.enqueue(line(type, object));
    }
  }

  #list(collection: string, namespace: string | undefined, query: URLSearchParams): Response {
    const items = this.#itemsOf(collection, namespace);
    const from = Number(query.get("continue") ?? "0");
    const limit = Number(query.get("limit") ?? "0") || items.length;
    const next = from + limit < items.length ? { continue: String(from + limit) } : {};
    return json({
      apiVersion: "v1",
      kind: "List",
      metadata: { resourceVersion: this.version, ...next },
      items: items.slice(from, from + limit),
    });
  }

  #watch(
    collection: string,
    namespace: string | undefined,
    query: URLSearchParams,
    request: Request,
  ): Response {
    const path = `${collection}#${namespace ?? ""}`;
    const from = Number(query.get("resourceVersion") || "0");
    let watcher: Watcher | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        watcher = { path, controller };
        if (query.get("sendInitialEvents") === "true") {
          for (const object of this.#itemsOf(collection, namespace))
            controller.enqueue(line("ADDED", object));
          controller.enqueue(encoder.encode(`${writeJson(bookmark(this.#version, true))}\n`));
        } else if (from < this.#oldest) {
          const status = {
            kind: "Status",
            code: 410,
            reason: "Expired",
            message: "too old resource version",
          };
          controller.enqueue(encoder.encode(`${writeJson({ type: "ERROR", object: status })}\n`));
          return controller.close();
        } else {
          for (const event of this.#log) {
            const isNew = event.version > from && matchesWatch(path, event.path, event.object);
            if (isNew) controller.enqueue(line(event.type, event.object));
          }
        }
        this.#watchers.add(watcher);
      },
      cancel: () => void (watcher && this.#watchers.delete(watcher)),
    });
    request.signal.addEventListener("abort", () => {
      if (watcher === undefined || !this.#watchers.delete(watcher)) return;
      watcher.controller.error(request.signal.reason);
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  }

  #itemsOf(collection: string, namespace: string | undefined): readonly KubeObject[] {
    const prefix = `${collection}#${namespace === undefined ? "" : `${namespace}/`}`;
    return [...this.#objects].filter(([path]) => path.startsWith(prefix)).map(([, object]) => object);
  }
}

function generationOf(object: KubeObject, current: KubeObject | undefined): number {
  if (current === undefined) return 1;
  const isSame = (field: "spec" | "deletionTimestamp"): boolean =>
    field === "spec"
      ? jsonEqual(object["spec"] as JsonValue, current["spec"] as JsonValue)
      : current.metadata.deletionTimestamp === object.metadata.deletionTimestamp;
  return (current.metadata.generation ?? 0) + (isSame("spec") && isSame("deletionTimestamp") ? 0 : 1);
}

/** A failure as the API server words it. */
export function failure(code: number, reason: string, message: string, name?: string): Response {
  const details = name === undefined ? {} : { details: { name } };
  return json(
    { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, ...details },
    code,
  );
}

function notFound(name: string): Response {
  return failure(404, "NotFound", `"${name}" not found`, name);
}

function json(value: unknown, status = 200): Response {
  return new Response(writeJson(value as JsonValue), {
    status,
    headers: { "content-type": "application/json" },
  });
}

function line(type: string, object: KubeObject): Uint8Array {
  return encoder.encode(`${writeJson({ type, object: object as unknown as JsonValue })}\n`);
}

function bookmark(version: number, isEnd: boolean): JsonObject {
  const annotations = isEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  return {
    type: "BOOKMARK",
    object: { kind: "Thing", metadata: { resourceVersion: String(version), ...annotations } },
  };
}

function isFinished(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers?.length ?? 0) === 0;
}

function matchesWatch(watched: string, collection: string, object: KubeObject): boolean {
  const [path, namespace] = watched.split("#");
  return path === collection && (namespace === "" || namespace === object.metadata.namespace);
}

function objectPath(collection: string, { namespace, name }: Pick<ObjectMeta, "namespace" | "name">): string {
  return `${collection}#${namespace === undefined || namespace === "" ? "" : `${namespace}/`}${name ?? ""}`;
}

function parsePath(path: string): {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
} {
  const parts = path.split("/").slice(1);
  const root = parts.splice(0, parts[0] === "api" ? 2 : 3).join("/");
  let namespace: string | undefined;
  if (parts[0] === "namespaces" && parts.length > 2) [, namespace] = parts.splice(0, 2);
  const [plural = "", name, subresource] = parts;
  return { collection: `/${root}/${plural}`, namespace, name, subresource };
}

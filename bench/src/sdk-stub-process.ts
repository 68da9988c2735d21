// A Kubernetes API with one kind and no memory of its own: what both sides of the SDK benchmark watch.
// sdk-stub-process.ts COUNT; prints `listening PORT`, and changes objects on POST /churn?rate=N&seconds=N.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StubThings, THINGS_PATH } from "./sdk/stub-things.ts";

/** Events are sent in this rhythm, so many at once as the rate asks for. */
const TICK_MS = 2;
const BOOKMARK_MS = 30_000;

const things = new StubThings(Number(process.argv[2] ?? "1000"));
const watchers = new Set<ServerResponse>();

const resources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "bench.weir.dev/v1",
  resources: [
    {
      name: "things",
      singularName: "thing",
      namespaced: true,
      kind: "Thing",
      verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
    },
  ],
};
const group = {
  name: "bench.weir.dev",
  versions: [{ groupVersion: "bench.weir.dev/v1", version: "v1" }],
  preferredVersion: { groupVersion: "bench.weir.dev/v1", version: "v1" },
};
const documents: Readonly<Record<string, unknown>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": { kind: "APIResourceList", apiVersion: "v1", groupVersion: "v1", resources: [] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [group] },
  "/apis/bench.weir.dev": { kind: "APIGroup", apiVersion: "v1", ...group },
  "/apis/bench.weir.dev/v1": resources,
};

function send(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, { "content-type": "application/json" }).end(body);
}

function watch(response: ServerResponse, query: URLSearchParams): void {
  response.writeHead(200, { "content-type": "application/json" });
  const resourceVersion = query.get("resourceVersion") ?? "";
  const wantsAll =
    query.get("sendInitialEvents") === "true" || resourceVersion === "" || resourceVersion === "0";
  if (wantsAll) {
    let text = "";
    for (let index = 0; index < things.count; index++) {
      text += things.added(index);
      if (text.length > 65_536) {
        response.write(text);
        text = "";
      }
    }
    const end = query.get("sendInitialEvents") === "true" ? things.initialEventsEnd() : "";
    response.write(text + end);
  } else {
    response.flushHeaders();
  }
  watchers.add(response);
  response.on("close", () => watchers.delete(response));
}

/** Changes objects one after another at a steady rate, and resolves when all were sent. */
function churn(rate: number, seconds: number): Promise<void> {
  const start = process.hrtime.bigint();
  const total = rate * seconds;
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = process.hrtime.bigint();
      const due = Math.min(total, Math.floor((Number(now - start) / 1e9) * rate));
      let text = "";
      for (; sent < due; sent++) text += things.change(sent % things.count, now);
      if (text !== "") for (const watcher of watchers) watcher.write(text);
      if (sent < total) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://stub");
  const document = documents[pathname];
  if (document !== undefined) return send(response, 200, JSON.stringify(document));
  if (pathname === THINGS_PATH) {
    if (["1", "true"].includes(searchParams.get("watch") ?? "")) return watch(response, searchParams);
    const [from, limit] = [Number(searchParams.get("continue") ?? 0), Number(searchParams.get("limit") ?? 0)];
    return send(response, 200, things.page(from, limit));
  }
  if (pathname === "/churn") {
    await churn(Number(searchParams.get("rate")), Number(searchParams.get("seconds")));
    return send(response, 200, "{}");
  }
  // Events and leases that a client may want to write are nobody's concern here.
  send(
    response,
    404,
    `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`,
  );
}

const server = createServer((request, response) => void answer(request, response));
setInterval(() => {
  for (const watcher of watchers) watcher.write(things.bookmark());
}, BOOKMARK_MS).unref();
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", () => process.exit(0));

import type { JsonObject } from "@weir/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const CORE = "/api/v1/namespaces/default";
const REVIEWS = "/apis/authorization.k8s.io/v1";

interface Asked {
  readonly method?: string;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

describe("an API server", () => {
  const storage = createMemoryStorage({});
  let server: ApiServer;

  beforeAll(async () => {
    server = await createApiServer({ storage });
    await post("/api/v1/nodes", {
      kind: "Node",
      metadata: { name: "far" },
      status: { addresses: [{ type: "InternalIP", address: "10.1.0.1" }] },
    });
    await post(`${CORE}/pods`, pod("here"));
    await post(`${CORE}/pods`, pod("nowhere"));
    const status = { phase: "Running", podIP: "10.1.0.2", podIPs: [{ ip: "10.1.0.2" }] };
    await ask(`${CORE}/pods/here/status`, { method: "PATCH", body: { status } });
    await post(`${CORE}/services`, {
      metadata: { name: "web" },
      spec: { ports: [{ port: 80, name: "http" }] },
    });
    await post(`${CORE}/endpoints`, {
      metadata: { name: "web" },
      subsets: [
        {
          addresses: [{ ip: "10.1.0.2", targetRef: { kind: "Pod", name: "here", namespace: "default" } }],
          ports: [{ port: 8080, name: "http" }],
        },
      ],
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
  });

  function pod(name: string): JsonObject {
    const containers = [{ name: "web", image: "web", ports: [{ containerPort: 8080 }] }];
    return { metadata: { name }, spec: { containers } };
  }

  async function post(path: string, body: JsonObject): Promise<void> {
    expect(await ask(path, { method: "POST", body })).toMatchObject({ code: 201 });
  }

  async function ask(path: string, { method = "GET", body, headers = {} }: Asked) {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const request = aRequest({
      method,
      path,
      headers: { "content-type": type, ...headers },
      body: body === undefined ? "" : JSON.stringify(body),
    });
    const answer = await server.handle(request, { isTrusted: true });
    const said = typeof answer.body === "string" ? answer.body : "";
    const value = said.startsWith("{") ? (JSON.parse(said) as JsonObject) : {};
    const message = typeof value["message"] === "string" ? value["message"] : said;
    return { code: answer.status, message, headers: answer.headers, value };
  }

  test.each(["resize", "ephemeralcontainers"])(
    "shows the %s of a Pod as it is, never in a Table",
    async (part) => {
      const table = "application/json;as=Table;v=v1;g=meta.k8s.io";
      const path = `${CORE}/pods/here/${part}`;
      const either = await ask(path, { headers: { accept: `${table},application/json` } });
      expect(either).toMatchObject({ code: 200, value: { kind: "Pod", apiVersion: "v1" } });
      expect(await ask(path, { headers: { accept: table } })).toMatchObject({ code: 406 });
    },
  );

  test("merges no field into an object of any form", async () => {
    const path = "/apis/apps/v1/namespaces/default/controllerrevisions";
    await post(path, { metadata: { name: "any" }, revision: 1, data: { a: {} } });
    const headers = { "content-type": "application/strategic-merge-patch+json" };
    const answer = await ask(`${path}/any`, { method: "PATCH", headers, body: { data: { a: { b: 1 } } } });
    expect(answer).toMatchObject({
      code: 500,
      message: 'unable to find api field in struct RawExtension for the json field "a"',
    });
  });

  const GONE = "the server could not find the requested resource";
  const PAGE = "404 page not found\n";
  const CUT = "failed to create RequestInfo: unable to determine kind and namespace from url";
  test.each<[path: string, code: number, message: string]>([
    ["//api/v1", 404, PAGE],
    ["/apis//", 404, PAGE],
    ["/apis///v1/pods", 404, PAGE],
    ["/apis//v1/pods", 404, PAGE],
    ["/version/more", 404, GONE],
    ["/api/v1/proxy/nodes/far", 404, GONE],
    ["/api/v1/watch", 500, `Internal Server Error: "/api/v1/watch": ${CUT}, /api/v1/watch\n`],
    ["/api/v1/proxy/", 500, `Internal Server Error: "/api/v1/proxy/": ${CUT}, /api/v1/proxy/\n`],
    ["/api/v1/componentstatuses/x", 404, 'componentstatus "x" not found'],
  ])("answers GET %s", async (path, code, message) => {
    expect(await ask(path, {})).toMatchObject({ code, message });
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])(
    "refuses %s where only watches are served",
    async (method) => {
      const answer = await ask("/api/v1/watch/namespaces/default/pods/here", { method, body: {} });
      expect(answer).toMatchObject({
        code: 405,
        message: expect.stringContaining("does not allow this method"),
      });
    },
  );

  const UNREACHED = (address: string) =>
    `error trying to reach service: dial tcp ${address}: connect: connection refused`;
  test.each<[path: string, code: number, message: string]>([
    [`${CORE}/pods/here/proxy/x`, 503, UNREACHED("10.1.0.2:8080")],
    [`${CORE}/pods/here:81/proxy/`, 503, UNREACHED("10.1.0.2:81")],
    [`${CORE}/pods/https:here:443/proxy/`, 503, UNREACHED("10.1.0.2:443")],
    [`${CORE}/pods/nowhere/proxy/`, 400, "address not allowed"],
    [`${CORE}/pods/none/proxy/`, 404, 'pods "none" not found'],
    [`${CORE}/pods/ftp:here:21/proxy/`, 400, 'invalid pod request "ftp:here:21"'],
    [`${CORE}/services/web:80/proxy/`, 503, UNREACHED("10.1.0.2:8080")],
    [`${CORE}/services/web:http/proxy/`, 503, UNREACHED("10.1.0.2:8080")],
    [`${CORE}/services/web:81/proxy/`, 503, 'no service port 81 found for service "web"'],
    [`${CORE}/services/web:other/proxy/`, 503, 'no endpoints available for service "web:other"'],
    [`${CORE}/services/none/proxy/`, 404, 'services "none" not found'],
    ["/api/v1/nodes/far/proxy/", 503, UNREACHED("10.1.0.1:10250")],
    ["/api/v1/nodes/none/proxy/", 404, 'nodes "none" not found'],
    ["/api/v1/nodes/far/proxy/?dryRun=All", 400, "dryRun is not supported"],
  ])("finds out who is asked through GET %s", async (path, code, message) => {
    expect(await ask(path, {})).toMatchObject({ code, message });
  });

  test("sends who asks a root without a slash to the one with it", async () => {
    const answer = await ask(`${CORE}/pods/here/proxy?a=b`, {});
    expect(answer.code).toBe(301);
    expect(answer.headers).toContainEqual(["Location", `${CORE}/pods/here/proxy/?a=b`]);
  });

  const both = { rawSelector: "a=b", requirements: [{ key: "a", operator: "Exists" }] };
  test.each<[name: string, attributes: JsonObject, field: string]>([
    ["two selectors at once", { fieldSelector: both }, "fieldSelector.rawSelector: Invalid value"],
    ["a selector of nothing", { labelSelector: {} }, "labelSelector.requirements: Required value"],
    [
      "values that an operator does not take",
      { labelSelector: { requirements: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      "labelSelector.requirements[0].values: Forbidden",
    ],
    [
      "a key that is none",
      { labelSelector: { requirements: [{ key: "a b", operator: "Exists" }] } },
      'labelSelector.requirements[0].key: Invalid value: "a b"',
    ],
    [
      "no key of a field",
      { fieldSelector: { requirements: [{ key: "", operator: "Exists" }] } },
      "fieldSelector.requirements[0].key: Required value",
    ],
  ])("refuses a review with %s", async (_, attributes, problem) => {
    const spec = { resourceAttributes: { verb: "list", resource: "pods", ...attributes } };
    const answer = await ask(`${REVIEWS}/selfsubjectaccessreviews`, { method: "POST", body: { spec } });
    expect(answer.code).toBe(422);
    expect(answer.message).toContain(`spec.resourceAttributes.${problem}`);
  });

  const IGNORED = "ignored due to parse error";
  test.each<[name: string, attributes: JsonObject, problem: string | undefined]>([
    ["what it understands", { labelSelector: { rawSelector: "a=b" } }, undefined],
    ["a text that it does not", { labelSelector: { rawSelector: "a in" } }, `labelSelector ${IGNORED}`],
    [
      "an operator of tomorrow",
      {
        labelSelector: {
          requirements: [
            { key: "a", operator: "Exists" },
            { key: "b", operator: "Later" },
          ],
        },
      },
      `labelSelector partially ${IGNORED}`,
    ],
    [
      "a field that is there",
      { fieldSelector: { requirements: [{ key: "a", operator: "Exists" }] } },
      `fieldSelector ${IGNORED}`,
    ],
  ])("tells of a review's selector with %s", async (_, attributes, problem) => {
    const spec = { resourceAttributes: { verb: "list", resource: "pods", ...attributes } };
    const answer = await ask(`${REVIEWS}/selfsubjectaccessreviews`, { method: "POST", body: { spec } });
    const status = answer.value["status"] as JsonObject;
    expect(status["evaluationError"]).toBe(problem && `spec.resourceAttributes.${problem}`);
  });

  test.each<[name: string, body: JsonObject, message: string]>([
    ["without a target", { metadata: { name: "here" } }, "target.name: Required value"],
    [
      "to something that is no Node",
      { metadata: { name: "here" }, target: { kind: "Pod" } },
      '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
    ],
  ])("refuses a binding %s", async (_, body, message) => {
    for (const path of [`${CORE}/bindings`, `${CORE}/pods/here/binding`])
      expect(await ask(path, { method: "POST", body })).toMatchObject({ code: 500, message });
  });

  test("warns of what a Binding, an Eviction or a TokenRequest does not know", async () => {
    const body = { metadata: { name: "here" }, unknown: 1 };
    for (const path of ["pods/here/eviction?dryRun=All", "pods/here/binding"]) {
      const answer = await ask(`${CORE}/${path}`, { method: "POST", body });
      expect(answer.headers).toContainEqual(["Warning", '299 - "unknown field \\"unknown\\""']);
    }
    const strict = await ask(`${CORE}/pods/here/eviction?fieldValidation=Strict`, { method: "POST", body });
    expect(strict.message).toContain('strict decoding error: unknown field "unknown"');
  });

  test("writes nothing for a client that takes no answer", async () => {
    const body = { metadata: { name: "unwanted" } };
    const headers = { accept: "application/cbor" };
    expect(await ask(`${CORE}/configmaps`, { method: "POST", body, headers })).toMatchObject({ code: 406 });
    expect(await ask(`${CORE}/configmaps/unwanted`, {})).toMatchObject({ code: 404 });
  });
});

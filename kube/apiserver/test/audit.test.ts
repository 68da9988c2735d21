import { describe, expect, test } from "vitest";
import {
  type ApiServer,
  type AuditPolicy,
  type CallWebhook,
  createApiServer,
  createMemoryStorage,
  type WebhookReply,
} from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly auditID: string;
  readonly objectRef?: { readonly name?: string; readonly resource: string };
  readonly responseStatus?: { readonly code: number };
  readonly responseObject?: { readonly data?: object; readonly items?: readonly object[] };
  readonly annotations?: Readonly<Record<string, string>>;
}

function policyOf(level: "Metadata" | "Request" | "RequestResponse"): AuditPolicy {
  return () => ({ level, omitStages: new Set(["RequestReceived"]), omitManagedFields: true });
}

/** A server that records into a list. */
async function startServer(policy: AuditPolicy, callWebhook?: CallWebhook) {
  const storage = createMemoryStorage();
  const events: Event[] = [];
  const sink = { write: (line: string) => events.push(JSON.parse(line) as Event) > 0 };
  const server = await createApiServer({
    storage,
    audit: { policy, sink },
    ...(callWebhook === undefined ? {} : { callWebhook }),
  });
  return {
    server,
    events,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

async function post(server: ApiServer, path: string, body: object): Promise<number> {
  const headers = { "content-type": "application/json" };
  const request = new Request(`http://weir${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await server.fetch(request);
  await answer.text();
  return answer.status;
}

const map = (name: string): object => ({ metadata: { name }, data: { a: "b" } });

const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];

function aHook(name: string, over: object = {}): object {
  return {
    name,
    rules,
    clientConfig: { url: `https://hooks.example.com/${name}` },
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    ...over,
  };
}

/** Webhooks that answer by the last part of their URL. */
function hooks(answers: Readonly<Record<string, object | undefined>>): CallWebhook {
  return async ({ target, body }): Promise<WebhookReply> => {
    const name = new URL(target.url).pathname.slice(1);
    const answer = answers[name];
    if (answer === undefined) return { status: 500, body: "broken" };
    const { request } = JSON.parse(body) as { readonly request: { readonly uid: string } };
    const review = {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: request.uid, allowed: true, ...answer },
    };
    return { status: 200, body: JSON.stringify(review) };
  };
}

function annotationsOf(events: readonly Event[], name: string): Readonly<Record<string, string>> {
  const created = events.find(({ verb, objectRef }) => verb === "create" && objectRef?.name === name);
  const {
    "authorization.k8s.io/decision": _,
    "authorization.k8s.io/reason": __,
    ...rest
  } = created?.annotations ?? {};
  return rest;
}

describe("an audit log", () => {
  test("says of a watch when it starts and when it ends, whoever ends it", async () => {
    await using api = await startServer(policyOf("RequestResponse"));
    const answer = await api.server.handle(aRequest({ path: `${CONFIG_MAPS}?watch=1` }), { isTrusted: true });
    expect(api.events.map(({ stage }) => stage)).toEqual(["ResponseStarted"]);
    expect(typeof answer.body).toBe("object");
    if (typeof answer.body === "string") return;
    const iterator = answer.body[Symbol.asyncIterator]();
    await iterator.return?.();
    await iterator.return?.();
    expect(api.events.map(({ stage, verb }) => `${verb} ${stage}`)).toEqual([
      "watch ResponseStarted",
      "watch ResponseComplete",
    ]);
    expect(api.events[1]?.auditID).toBe(api.events[0]?.auditID);
  });

  test("holds a list that is streamed", async () => {
    await using api = await startServer(policyOf("RequestResponse"));
    await post(api.server, CONFIG_MAPS, map("one"));
    await (await api.server.fetch(new Request(`http://weir${CONFIG_MAPS}`))).text();
    expect(api.events.at(-1)?.responseObject?.items).toHaveLength(1);
  });

  test("answers with the id of the event", async () => {
    await using api = await startServer(policyOf("Metadata"));
    const answer = await api.server.fetch(new Request(`http://weir${CONFIG_MAPS}/none`));
    expect(answer.headers.get("audit-id")).toBe(api.events[0]?.auditID);
    expect(api.events[0]?.responseStatus?.code).toBe(404);
  });

  test("leaves the objects of a large event out, and says so", async () => {
    await using api = await startServer(policyOf("RequestResponse"));
    const big = "x".repeat(1_000_000);
    for (let index = 0; index < 11; index += 1)
      await post(api.server, CONFIG_MAPS, { metadata: { name: `big-${index}` }, data: { big } });
    await (await api.server.fetch(new Request(`http://weir${CONFIG_MAPS}`))).text();
    const { responseObject, annotations } = api.events.at(-1) ?? {};
    expect(responseObject).toBeUndefined();
    expect(annotations?.["audit.k8s.io/truncated"]).toBe("true");
  });

  test("tells what webhooks changed, with the patch where requests are recorded", async () => {
    const patch = [{ op: "add", path: "/data/c", value: "d" }];
    const answers = {
      add: {
        patchType: "JSONPatch",
        patch: Buffer.from(JSON.stringify(patch)).toString("base64"),
        auditAnnotations: { why: "policy" },
      },
      look: {},
    };
    await using api = await startServer(policyOf("Request"), hooks(answers));
    const webhooks = [
      aHook("look.example.com", { clientConfig: { url: "https://hooks.example.com/look" } }),
      aHook("add.example.com", { clientConfig: { url: "https://hooks.example.com/add" } }),
    ];
    await post(api.server, `${ADMISSION}/mutatingwebhookconfigurations`, {
      metadata: { name: "m" },
      webhooks,
    });
    expect(await post(api.server, CONFIG_MAPS, map("one"))).toBe(201);
    const of = (webhook: string, mutated: boolean): string =>
      JSON.stringify({ configuration: "m", webhook, mutated });
    expect(annotationsOf(api.events, "one")).toEqual({
      "add.example.com/why": "policy",
      "mutation.webhook.admission.k8s.io/round_0_index_0": of("look.example.com", false),
      "mutation.webhook.admission.k8s.io/round_0_index_1": of("add.example.com", true),
      "patch.webhook.admission.k8s.io/round_0_index_1": JSON.stringify({
        configuration: "m",
        webhook: "add.example.com",
        patch,
        patchType: "JSONPatch",
      }),
    });
  });

  test("tells which webhooks were passed over as they failed", async () => {
    await using api = await startServer(policyOf("Metadata"), hooks({}));
    const webhooks = [aHook("broken.example.com", { failurePolicy: "Ignore" })];
    const metadata = { name: "h" };
    await post(api.server, `${ADMISSION}/mutatingwebhookconfigurations`, { metadata, webhooks });
    await post(api.server, `${ADMISSION}/validatingwebhookconfigurations`, { metadata, webhooks });
    expect(await post(api.server, CONFIG_MAPS, map("one"))).toBe(201);
    expect(annotationsOf(api.events, "one")).toEqual({
      "failed-open.mutation.webhook.admission.k8s.io/round_0_index_0": "broken.example.com",
      "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "broken.example.com",
      "mutation.webhook.admission.k8s.io/round_0_index_0": JSON.stringify({
        configuration: "h",
        webhook: "broken.example.com",
        mutated: false,
      }),
    });
  });

  test("tells what policies say, and what they would have refused", async () => {
    await using api = await startServer(policyOf("Metadata"));
    const spec = {
      matchConstraints: { resourceRules: rules },
      validations: [{ expression: "true" }, { expression: "object.data.a == 'c'", message: "a is c" }],
      auditAnnotations: [
        { key: "a", valueExpression: "'a was ' + object.data.a" },
        { key: "nothing", valueExpression: "null" },
      ],
    };
    const metadata = { name: "p" };
    await post(api.server, `${ADMISSION}/validatingadmissionpolicies`, { metadata, spec });
    const bound = { policyName: "p", validationActions: ["Audit"] };
    await post(api.server, `${ADMISSION}/validatingadmissionpolicybindings`, { metadata, spec: bound });
    expect(await post(api.server, CONFIG_MAPS, map("one"))).toBe(201);
    const failure = {
      message: "a is c",
      policy: "p",
      binding: "p",
      expressionIndex: 1,
      validationActions: ["Audit"],
    };
    expect(annotationsOf(api.events, "one")).toEqual({
      "p/a": "a was b",
      "validation.policy.admission.k8s.io/validation_failure": JSON.stringify([failure]),
    });
  });

  test("is not missed where there is none", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const answer = await server.fetch(new Request(`http://weir${CONFIG_MAPS}`));
    expect(answer.headers.get("audit-id")).toBeNull();
  });
});

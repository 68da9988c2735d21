import { FakeClock, type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { applyJsonPatch, forbiddenError } from "@weir/objects";
import { invalidField } from "@weir/schema";
import { Registry } from "prom-client";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineResource } from "../resource/define-resource.ts";
import { kind } from "../resource/untyped-kind.ts";
import { createWebhooks, DuplicateWebhookError, type Webhooks } from "./create-webhooks.ts";
import { deny } from "./verdict.ts";
import { type WebhookAnswer, type WebhookCall, webhookHandler } from "./webhook-handler.ts";
import { webhookManifests } from "./webhook-manifests.ts";

const MyApp = defineResource({
  group: "apps.example.dev",
  version: "v1",
  kind: "MyApp",
  spec: z.object({ image: z.string(), replicas: z.int().default(1), args: z.array(z.string()).optional() }),
}).withVersion({
  version: "v1beta1",
  spec: z.object({ container: z.string() }),
  toHub: ({ spec }) => ({ spec: { image: spec.container } }),
  fromHub: ({ spec }) => ({ spec: { container: spec.image } }),
});

const VALIDATE = "/validate-apps-example-dev-v1-myapp";
const MUTATE = "/mutate-apps-example-dev-v1-myapp";

const anApp = (spec: JsonObject = { image: "nginx", replicas: 1 }): JsonObject => ({
  apiVersion: "apps.example.dev/v1",
  kind: "MyApp",
  metadata: { name: "a", namespace: "default" },
  spec,
});

function review(request: JsonObject): JsonObject {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u-1",
      name: "a",
      namespace: "default",
      operation: "CREATE",
      object: anApp(),
      ...request,
    },
  };
}

interface Sent {
  readonly path?: string;
  readonly body?: JsonValue | string | Uint8Array;
  readonly method?: string;
  readonly contentType?: string;
  readonly query?: string;
}

function call({
  path = VALIDATE,
  body = "",
  method = "POST",
  contentType = "application/json",
  query = "",
}: Sent): WebhookCall {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return {
    method,
    path,
    contentType,
    query: new URLSearchParams(query),
    readBody: async (limit) => (bytes.length > limit ? "too-large" : bytes),
  };
}

const answerOf = ({ body }: WebhookAnswer): JsonObject =>
  (parseJson(body) as JsonObject)["response"] as JsonObject;

async function ask(webhooks: Webhooks, sent: Sent): Promise<JsonObject> {
  return answerOf(await webhookHandler(webhooks)(call(sent)));
}

describe("a validating webhook", () => {
  const verdicts: ReadonlyArray<{
    readonly name: string;
    readonly webhooks: Webhooks;
    readonly want: JsonObject;
  }> = [
    {
      name: "allows where nothing is found",
      webhooks: createWebhooks().validate(MyApp, () => {}),
      want: { uid: "u-1", allowed: true, status: { code: 200 } },
    },
    {
      name: "denies with 403 unless told otherwise",
      webhooks: createWebhooks().validate(MyApp, async () => deny("not today")),
      want: { uid: "u-1", allowed: false, status: { code: 403, reason: "Forbidden", message: "not today" } },
    },
    {
      name: "denies with a code of its own",
      webhooks: createWebhooks().validate(MyApp, () => deny("taken", { code: 409, reason: "Conflict" })),
      want: { uid: "u-1", allowed: false, status: { code: 409, reason: "Conflict", message: "taken" } },
    },
    {
      name: "tells refused fields as the API server does",
      webhooks: createWebhooks().validate(MyApp, ({ object }) => [
        invalidField("spec.image", object?.spec.image ?? "", "must be signed"),
      ]),
      want: {
        uid: "u-1",
        allowed: false,
        status: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          code: 422,
          reason: "Invalid",
          message:
            'MyApp.apps.example.dev "a" is invalid: spec.image: Invalid value: "nginx": must be signed',
          details: {
            name: "a",
            group: "apps.example.dev",
            kind: "MyApp",
            causes: [
              {
                reason: "FieldValueInvalid",
                message: 'Invalid value: "nginx": must be signed',
                field: "spec.image",
              },
            ],
          },
        },
      },
    },
    {
      name: "passes a thrown Status on",
      webhooks: createWebhooks().validate(MyApp, () => {
        throw forbiddenError({ group: "g", resource: "r" }, "a", "no");
      }),
      want: {
        uid: "u-1",
        allowed: false,
        status: expect.objectContaining({ code: 403, message: 'r.g "a" is forbidden: no' }),
      },
    },
    {
      name: "answers 500 for whatever else is thrown",
      webhooks: createWebhooks().validate(MyApp, () => {
        throw new RangeError("oops");
      }),
      want: { uid: "u-1", allowed: false, status: { code: 500, message: "panic: oops [recovered]" } },
    },
    {
      name: "adds warnings and notes for the audit",
      webhooks: createWebhooks().validate(MyApp, ({ warn, annotate }) => {
        warn("old image");
        annotate("checked", "yes");
      }),
      want: {
        uid: "u-1",
        allowed: true,
        status: { code: 200 },
        warnings: ["old image"],
        auditAnnotations: { checked: "yes" },
      },
    },
  ];
  test.each(verdicts)("$name", async ({ webhooks, want }) => {
    expect(await ask(webhooks, { body: review({}) })).toEqual(want);
  });

  test("sees the objects, who asks and how, frozen", async () => {
    const seen: unknown[] = [];
    const webhooks = createWebhooks().validate(MyApp, (request) => {
      const { log: _log, signal: _signal, warn: _warn, annotate: _annotate, ...rest } = request;
      seen.push(rest, Object.isFrozen(request.old?.spec));
      if (request.operation === "UPDATE") {
        expectTypeOf(request.old.spec.replicas).toEqualTypeOf<number>();
        expectTypeOf(request.object.spec.image).toEqualTypeOf<string>();
      }
    });
    await ask(webhooks, {
      body: review({
        operation: "UPDATE",
        oldObject: anApp(),
        subResource: "scale",
        dryRun: true,
        kind: { group: "apps.example.dev", version: "v1", kind: "MyApp" },
        requestKind: { group: "apps.example.dev", version: "v1beta1", kind: "MyApp" },
        requestResource: { group: "apps.example.dev", version: "v1beta1", resource: "myapps" },
        userInfo: { username: "ann", uid: "7", groups: ["dev"], extra: { scopes: ["a"] } },
        options: { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1" },
      }),
    });
    expect(seen).toEqual([
      {
        uid: "u-1",
        name: "a",
        namespace: "default",
        subresource: "scale",
        operation: "UPDATE",
        object: anApp(),
        old: anApp(),
        dryRun: true,
        requestKind: { group: "apps.example.dev", version: "v1beta1", kind: "MyApp" },
        requestResource: { group: "apps.example.dev", version: "v1beta1", resource: "myapps" },
        userInfo: { username: "ann", uid: "7", groups: ["dev"], extra: { scopes: ["a"] } },
        options: { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1" },
      },
      true,
    ]);
  });

  test("sees what goes as old", async () => {
    const webhooks = createWebhooks().validate(MyApp, ({ operation, object, old }) =>
      deny(`${operation} ${object === undefined} ${old?.spec.image}`),
    );
    const answer = await ask(webhooks, {
      body: review({ operation: "DELETE", object: null, oldObject: anApp() }),
    });
    expect(answer["status"]).toMatchObject({ message: "DELETE true nginx" });
  });

  test("answers before the API server stops waiting", async () => {
    const clock = new FakeClock();
    const webhooks = createWebhooks().validate(MyApp, () => new Promise(() => {}));
    const answered = webhookHandler(webhooks, { clock })(call({ body: review({}), query: "timeout=2s" }));
    await Promise.resolve();
    await clock.advance(2000);
    expect(answerOf(await answered)).toMatchObject({ allowed: false, status: { code: 504 } });
  });

  test("answers in the version of the review", async () => {
    const beta = { ...review({}), apiVersion: "admission.k8s.io/v1beta1" };
    const { body } = await webhookHandler(createWebhooks().validate(MyApp, () => {}))(call({ body: beta }));
    expect(parseJson(body)).toMatchObject({
      apiVersion: "admission.k8s.io/v1beta1",
      kind: "AdmissionReview",
    });
  });
});

describe("a webhook's bad input", () => {
  const webhooks = createWebhooks().validate(MyApp, () => {});
  const cases: ReadonlyArray<{ readonly name: string; readonly sent: Sent; readonly want: JsonObject }> = [
    { name: "an empty body", sent: {}, want: { code: 400, message: "request body is empty" } },
    {
      name: "another content type",
      sent: { body: review({}), contentType: "text/yaml" },
      want: { code: 400, message: "contentType=text/yaml, expected application/json" },
    },
    {
      name: "a body that is too long",
      sent: { body: new Uint8Array(7 * 1024 * 1024 + 1) },
      want: { code: 413, message: "request entity is too large; limit is 7340032 bytes" },
    },
    { name: "text that is no JSON", sent: { body: "{" }, want: { code: 400, message: expect.any(String) } },
    {
      name: "bytes that are no UTF-8",
      sent: { body: new Uint8Array([0xff]) },
      want: { code: 400, message: "the body is not UTF-8" },
    },
    {
      name: "JSON that is too deep",
      sent: { body: "[".repeat(20_000) },
      want: { code: 400, message: expect.any(String) },
    },
    {
      name: "another kind",
      sent: { body: { kind: "Pod", apiVersion: "v1" } },
      want: { code: 400, message: "no AdmissionReview of a known version: v1 Pod" },
    },
    {
      name: "a review without a request",
      sent: { body: { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1" } },
      want: { code: 400, message: "the review has no request" },
    },
    {
      name: "an operation that is none",
      sent: { body: review({ operation: "STEAL" }) },
      want: { code: 400, message: 'unknown operation "STEAL"' },
    },
    {
      name: "a create without an object",
      sent: { body: review({ object: null }) },
      want: { code: 400, message: "CREATE without an object" },
    },
    {
      name: "another method",
      sent: { method: "GET" },
      want: { code: 405, message: "method GET is not allowed" },
    },
  ];
  test.each(cases)("is refused inside a review: $name", async ({ sent, want }) => {
    const answer = await ask(webhooks, sent);
    expect(answer).toMatchObject({ allowed: false });
    expect(answer["status"]).toEqual(want);
  });

  test("is 404 where no webhook is", async () => {
    expect((await webhookHandler(webhooks)(call({ path: "/nowhere" }))).status).toBe(404);
  });

  test("keeps a key named __proto__ as data", async () => {
    const text = JSON.stringify(review({})).replace(
      '"image":"nginx"',
      '"image":"nginx","__proto__":{"polluted":1}',
    );
    const hooks = createWebhooks().mutate(MyApp, (draft) => {
      draft.spec.replicas = 3;
    });
    const answer = await ask(hooks, { path: MUTATE, body: text });
    expect(patchOf(answer)).toEqual([{ op: "replace", path: "/spec/replicas", value: 3 }]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

const patchOf = (answer: JsonObject): JsonValue =>
  parseJson(Buffer.from(String(answer["patch"]), "base64").toString());

describe("a mutating webhook", () => {
  test("answers with the patch that makes its draft of the object", async () => {
    const webhooks = createWebhooks().mutate(MyApp, (draft, { operation }) => {
      expectTypeOf(draft.spec.args).toEqualTypeOf<string[] | undefined>();
      draft.spec.replicas += 1;
      draft.spec.args = ["--fast"];
      draft.metadata.labels = { ...draft.metadata.labels, operation };
    });
    const answer = await ask(webhooks, { path: MUTATE, body: review({}) });
    expect(answer).toMatchObject({ uid: "u-1", allowed: true, patchType: "JSONPatch" });
    const patched = applyJsonPatch(anApp(), patchOf(answer) as never);
    expect(patched).toEqual({
      ...anApp({ image: "nginx", replicas: 2, args: ["--fast"] }),
      metadata: { name: "a", namespace: "default", labels: { operation: "CREATE" } },
    });
  });

  test("answers without a patch where nothing changed, or where it denies", async () => {
    const same = await ask(
      createWebhooks().mutate(MyApp, () => {}),
      { path: MUTATE, body: review({}) },
    );
    expect(same).toEqual({ uid: "u-1", allowed: true, status: { code: 200 } });
    const denied = createWebhooks().mutate(MyApp, (draft) => {
      draft.spec.replicas = 9;
      return deny("no");
    });
    expect(await ask(denied, { path: MUTATE, body: review({}) })).toEqual({
      uid: "u-1",
      allowed: false,
      status: { code: 403, reason: "Forbidden", message: "no" },
    });
  });

  test("leaves out what is undefined", async () => {
    const webhooks = createWebhooks().mutate(kind("apps.example.dev/v1", "MyApp"), (draft) => {
      Object.assign(draft, { spec: { image: "nginx", replicas: undefined } });
    });
    expect(patchOf(await ask(webhooks, { path: MUTATE, body: review({}) }))).toEqual([
      { op: "remove", path: "/spec/replicas" },
    ]);
  });
});

describe("a conversion webhook", () => {
  const webhooks = createWebhooks().convert(MyApp);
  const convert = (request: JsonObject): JsonObject => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "ConversionReview",
    request: {
      uid: "u-2",
      desiredAPIVersion: "apps.example.dev/v1beta1",
      objects: [anApp(), anApp({ image: "b" })],
      ...request,
    },
  });

  test("converts all objects of a review", async () => {
    const { body } = await webhookHandler(webhooks)(call({ path: "/convert", body: convert({}) }));
    const converted = (image: string): JsonObject => ({
      ...anApp({ container: image }),
      apiVersion: "apps.example.dev/v1beta1",
    });
    expect(parseJson(body)).toEqual({
      kind: "ConversionReview",
      apiVersion: "apiextensions.k8s.io/v1",
      response: {
        uid: "u-2",
        convertedObjects: [converted("nginx"), converted("b")],
        result: { status: "Success" },
      },
    });
  });

  const failures: ReadonlyArray<{
    readonly name: string;
    readonly request: JsonObject;
    readonly want: string;
  }> = [
    {
      name: "a version that is not declared",
      request: { desiredAPIVersion: "apps.example.dev/v2" },
      want: "MyApp has no version apps.example.dev/v2",
    },
    {
      name: "a kind that is not declared",
      request: { objects: [{ ...anApp(), kind: "Other" }] },
      want: "no conversion of apps.example.dev/v1 Other to apps.example.dev/v1beta1 is declared",
    },
    {
      name: "a function that throws",
      request: { objects: [{ ...anApp(), spec: null }] },
      want: "cannot convert MyApp from apps.example.dev/v1 to apps.example.dev/v1beta1: Cannot read properties of null (reading 'image')",
    },
  ];
  test.each(failures)("fails whole for $name", async ({ request, want }) => {
    expect(await ask(webhooks, { path: "/convert", body: convert(request) })).toEqual({
      uid: "u-2",
      convertedObjects: [],
      result: { status: "Failure", message: want },
    });
  });

  test("is 400 for what is no review", async () => {
    expect((await webhookHandler(webhooks)(call({ path: "/convert", body: { kind: "Pod" } }))).status).toBe(
      400,
    );
  });
});

describe("the metrics of webhooks", () => {
  test("are controller-runtime's", async () => {
    const metrics = new Registry();
    const webhooks = createWebhooks().validate(MyApp, () => {
      throw new RangeError("oops");
    });
    const handle = webhookHandler(webhooks, { metrics });
    await handle(call({ body: review({}) }));
    const lines = (await metrics.metrics()).split("\n");
    expect(
      lines.filter((line) =>
        /^controller_runtime_webhook_(requests|panics|latency_seconds_count)/.test(line),
      ),
    ).toEqual([
      `controller_runtime_webhook_latency_seconds_count{webhook="${VALIDATE}"} 1`,
      `controller_runtime_webhook_requests_total{webhook="${VALIDATE}",code="200"} 1`,
      `controller_runtime_webhook_requests_total{webhook="${VALIDATE}",code="500"} 0`,
      `controller_runtime_webhook_requests_in_flight{webhook="${VALIDATE}"} 0`,
      "controller_runtime_webhook_panics_total 1",
    ]);
  });
});

describe("a set of webhooks", () => {
  test("refuses two of one name", () => {
    const webhooks = createWebhooks().validate(MyApp, () => {});
    expect(() => webhooks.validate(MyApp, () => {})).toThrow(DuplicateWebhookError);
    expect(webhooks.validate(MyApp, () => {}, { name: "b.example.dev.x", path: "/b" }).hooks).toHaveLength(2);
  });

  test("gives the configurations that make an API server ask", () => {
    const webhooks = createWebhooks()
      .validate(MyApp, () => {}, { operations: ["CREATE", "DELETE"], failurePolicy: "Ignore" })
      .mutate(kind("v1", "Pod", { scope: "Namespaced" }), () => {}, {
        name: "pods.example.dev",
        reinvocationPolicy: "IfNeeded",
        objectSelector: { matchLabels: { a: "b" } },
        subresources: ["status"],
      })
      .convert(MyApp);
    const address = { service: { namespace: "system", name: "hooks" } };
    const { validating, mutating, crds } = webhookManifests(webhooks, {
      name: "myapp",
      address,
      certificateAuthority: "PEM",
    });
    const service = { namespace: "system", name: "hooks", port: 443 };
    const caBundle = Buffer.from("PEM").toString("base64");
    expect(validating).toEqual({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "myapp" },
      webhooks: [
        {
          name: "validate.myapp.v1.apps.example.dev",
          clientConfig: { service: { ...service, path: VALIDATE }, caBundle },
          rules: [
            {
              apiGroups: ["apps.example.dev"],
              apiVersions: ["v1"],
              operations: ["CREATE", "DELETE"],
              resources: ["myapps"],
              scope: "Namespaced",
            },
          ],
          failurePolicy: "Ignore",
          matchPolicy: "Equivalent",
          sideEffects: "None",
          timeoutSeconds: 10,
          admissionReviewVersions: ["v1"],
        },
      ],
    });
    expect(mutating?.webhooks[0]).toMatchObject({
      name: "pods.example.dev",
      clientConfig: { service: { ...service, path: "/mutate--v1-pod" } },
      rules: [{ apiGroups: [""], resources: ["pods/status"], scope: "Namespaced" }],
      reinvocationPolicy: "IfNeeded",
      objectSelector: { matchLabels: { a: "b" } },
    });
    expect(crds.map(({ spec }) => spec.conversion)).toEqual([
      {
        strategy: "Webhook",
        webhook: {
          clientConfig: { service: { ...service, path: "/convert" }, caBundle },
          conversionReviewVersions: ["v1"],
        },
      },
    ]);
    const byUrl = webhookManifests(webhooks, { name: "myapp", address: { url: "https://127.0.0.1:9443/" } });
    expect(byUrl.validating?.webhooks[0]?.["clientConfig"]).toEqual({
      url: `https://127.0.0.1:9443${VALIDATE}`,
    });
  });
});

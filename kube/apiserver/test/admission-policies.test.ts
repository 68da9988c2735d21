import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

const POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

interface Answer {
  readonly status: number;
  readonly warning: string | null;
  readonly message: string;
}

async function post(server: ApiServer, path: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const request = new Request(`http://weir${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await server.fetch(request);
  const { message = "" } = (await answer.json()) as { message?: string };
  return { status: answer.status, warning: answer.headers.get("warning"), message };
}

const constraints = {
  resourceRules: [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
  ],
};

async function judge(spec: object, binding: object, params?: object): Promise<Answer> {
  await using storage = createMemoryStorage();
  await using server = await createApiServer({ storage });
  const metadata = { name: "p" };
  const made = await post(server, POLICIES, { metadata, spec: { matchConstraints: constraints, ...spec } });
  if (made.status !== 201) return made;
  if (params !== undefined) await post(server, CONFIG_MAPS, params);
  const bound = await post(server, BINDINGS, { metadata, spec: { policyName: "p", ...binding } });
  if (bound.status !== 201) return bound;
  return await post(server, CONFIG_MAPS, { metadata: { name: "x" }, data: { a: "c" } });
}

const deny = { validationActions: ["Deny"] };
const refused = (message: string): string =>
  `configmaps "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: ${message}`;

describe("a ValidatingAdmissionPolicy", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly spec: object;
    readonly binding?: object;
    readonly params?: object;
    readonly want: Partial<Answer>;
  }> = [
    {
      name: "refuses with its message",
      spec: { validations: [{ expression: "object.data.a == 'b'", message: "a is b", reason: "Forbidden" }] },
      want: { status: 403, message: refused("a is b") },
    },
    {
      name: "makes a message of variables",
      spec: {
        variables: [{ name: "x", expression: "object.data.a + '1'" }],
        validations: [{ expression: "variables.x == 'b1'", messageExpression: "'not ' + variables.x" }],
      },
      want: { status: 422, message: refused("not c1") },
    },
    {
      name: "warns where its binding says so",
      spec: { validations: [{ expression: "false", message: "never" }] },
      binding: { validationActions: ["Warn"] },
      want: {
        status: 201,
        warning: `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': never"`,
      },
    },
    {
      name: "looks away where a condition does not hold",
      spec: {
        matchConditions: [{ name: "c", expression: "object.data.a == 'd'" }],
        validations: [{ expression: "false" }],
      },
      want: { status: 201 },
    },
    {
      name: "fails closed where it cannot be evaluated",
      spec: { validations: [{ expression: "object.data.b == 'b'" }] },
      want: {
        status: 422,
        message: refused("expression 'object.data.b == 'b'' resulted in error: no such key: b"),
      },
    },
    {
      name: "fails open where it is told so",
      spec: { failurePolicy: "Ignore", validations: [{ expression: "object.data.b == 'b'" }] },
      want: { status: 201 },
    },
    {
      name: "reads its parameters",
      spec: {
        paramKind: { apiVersion: "v1", kind: "ConfigMap" },
        validations: [
          { expression: "object.data.a == params.data.a", messageExpression: "'want ' + params.data.a" },
        ],
        matchConditions: [{ name: "c", expression: "object.metadata.name == 'x'" }],
      },
      binding: { ...deny, paramRef: { name: "q", parameterNotFoundAction: "Deny" } },
      params: { metadata: { name: "q" }, data: { a: "b" } },
      want: { status: 422, message: refused("want b") },
    },
    {
      name: "is refused itself where it does not compile",
      spec: { validations: [{ expression: "1" }] },
      want: {
        status: 422,
        message: `ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int`,
      },
    },
  ];

  test.each(cases)("$name", async ({ spec, binding = deny, params, want }) => {
    expect(await judge(spec, binding, params)).toMatchObject(want);
  });
});

describe("a webhook with conditions", () => {
  const hook = {
    name: "a.example.com",
    clientConfig: { url: "https://hook.test/" },
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    rules: constraints.resourceRules,
  };

  async function asked(condition: object, failurePolicy = "Fail"): Promise<string> {
    let calls = 0;
    await using storage = createMemoryStorage();
    await using server = await createApiServer({
      storage,
      callWebhook: async ({ body }) => {
        calls += 1;
        const { request } = JSON.parse(body) as { request: { uid: string } };
        const response = { uid: request.uid, allowed: true };
        const review = { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response };
        return { status: 200, body: JSON.stringify(review) };
      },
    });
    const webhooks = [{ ...hook, failurePolicy, matchConditions: [condition] }];
    const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    const made = await post(server, path, { metadata: { name: "w" }, webhooks });
    if (made.status !== 201) return made.message;
    const answer = await post(server, CONFIG_MAPS, { metadata: { name: "x" }, data: { a: "c" } });
    return `${answer.status} ${answer.status === 201 ? calls : answer.message}`;
  }

  test.each([
    { name: "is asked where they hold", expression: "object.data.a == 'c'", want: "201 1" },
    { name: "is left out where they do not", expression: "object.data.a == 'd'", want: "201 0" },
    {
      name: "refuses where they cannot be evaluated",
      expression: "object.data.b == 'd'",
      want: `403 configmaps "x" is forbidden: expression 'object.data.b == 'd'' resulted in error: no such key: b`,
    },
    {
      name: "is left out then where it fails open",
      expression: "object.data.b == 'd'",
      failurePolicy: "Ignore",
      want: "201 0",
    },
    {
      name: "is refused itself where they are not true or false",
      expression: "object.data.a",
      want: `ValidatingWebhookConfiguration.admissionregistration.k8s.io "w" is invalid: webhooks[0].matchConditions[0].expression: Invalid value: "object.data.a": must evaluate to bool but got dyn`,
    },
  ])("$name", async ({ expression, failurePolicy, want }) => {
    expect(await asked({ name: "c", expression }, failurePolicy)).toBe(want);
  });
});

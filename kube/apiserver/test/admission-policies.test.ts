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

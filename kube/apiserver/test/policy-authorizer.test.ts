import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

interface Answer {
  readonly status: number;
  readonly message: string;
  readonly labels: unknown;
}

async function post(server: ApiServer, path: string, body: object, user?: string): Promise<Answer> {
  const headers = {
    "content-type": "application/json",
    ...(user === undefined ? {} : { "impersonate-user": user }),
  };
  const request = new Request(`http://weir${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await server.fetch(request);
  const { message = "", metadata } = (await answer.json()) as {
    message?: string;
    metadata?: { labels?: unknown };
  };
  return { status: answer.status, message, labels: metadata?.labels };
}

const matchConstraints = {
  resourceRules: [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
  ],
};
const rules = [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
  { apiGroups: ["apps"], resources: ["deployments/scale"], resourceNames: ["web"], verbs: ["update"] },
  { nonResourceURLs: ["/healthz"], verbs: ["get"] },
];

/** Alice may do what the rules say in all namespaces, and the service account `robot` may read secrets in its own. */
async function createServer(storage: ReturnType<typeof createMemoryStorage>): Promise<ApiServer> {
  const server = await createApiServer({ storage, auth: { authorization: "RBAC" } });
  const bind = async (kind: string, place: string, role: object, subject: object): Promise<void> => {
    const metadata = { name: kind.toLowerCase() };
    await post(server, `${RBAC}/${place}${kind.toLowerCase()}s`, { metadata, ...role });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind, name: metadata.name };
    await post(server, `${RBAC}/${place}${kind.toLowerCase()}bindings`, {
      metadata,
      roleRef,
      subjects: [subject],
    });
  };
  const alice = { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "alice" };
  await bind("ClusterRole", "", { rules }, alice);
  const secrets = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }];
  const robot = { kind: "ServiceAccount", name: "robot", namespace: "default" };
  await bind("Role", "namespaces/default/", { rules: secrets }, robot);
  return server;
}

async function judge(expression: string, user: string): Promise<Answer> {
  await using storage = createMemoryStorage();
  await using server = await createServer(storage);
  const metadata = { name: "p" };
  const spec = { matchConstraints, validations: [{ expression }] };
  const made = await post(server, `${REGISTRATION}/validatingadmissionpolicies`, { metadata, spec });
  if (made.status !== 201) return made;
  await post(server, `${REGISTRATION}/validatingadmissionpolicybindings`, {
    metadata,
    spec: { policyName: "p", validationActions: ["Deny"] },
  });
  return await post(server, CONFIG_MAPS, { metadata: { name: "x" } }, user);
}

describe("authorizer in a ValidatingAdmissionPolicy", () => {
  const held: ReadonlyArray<readonly [expression: string, isHeld: boolean]> = [
    ["authorizer.requestResource.check('create').allowed()", true],
    ["authorizer.requestResource.check('delete').allowed()", false],
    ["authorizer.path('/healthz').check('get').allowed()", true],
    ["authorizer.path('/metrics').check('get').allowed()", false],
    [
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('a').name('web').check('update').allowed()",
      true,
    ],
    [
      "authorizer.group('apps').resource('deployments').subresource('scale').check('update').allowed()",
      false,
    ],
    [
      "authorizer.serviceAccount('default', 'robot').group('').resource('secrets').namespace('default').check('get').allowed()",
      true,
    ],
    [
      "authorizer.serviceAccount('default', 'robot').group('').resource('secrets').check('get').allowed()",
      false,
    ],
    [
      `authorizer.requestResource.check('create').reason() == 'RBAC: allowed by ClusterRoleBinding "clusterrole" of ClusterRole "clusterrole" to User "alice"'`,
      true,
    ],
    [
      "!authorizer.path('/x').check('get').errored() && authorizer.path('/x').check('get').error() == ''",
      true,
    ],
    [
      "authorizer.group('').resource('pods').labelSelector('a in (b').fieldSelector('c=d').check('list').allowed()",
      false,
    ],
  ];
  test.each(held)("holds %s: %s", async (expression, isHeld) => {
    expect(await judge(expression, "alice")).toMatchObject({ status: isHeld ? 201 : 422 });
  });

  test("asks no more than twice in one expression", async () => {
    const check = (path: string): string => `authorizer.path('/${path}').check('get').allowed()`;
    const { message } = await judge(`${check("a")} || ${check("b")} || ${check("c")}`, "alice");
    expect(message).toContain("resulted in error: operation cancelled: actual cost limit exceeded");
  });

  test("checks the types of questions", async () => {
    const { message } = await judge("authorizer.group('apps').check('get').allowed()", "alice");
    expect(message).toContain(
      "found no matching overload for 'check' applied to 'kubernetes.authorization.GroupCheck.(string)'",
    );
  });
});

describe("authorizer in a MutatingAdmissionPolicy", () => {
  test("decides what is changed", async () => {
    await using storage = createMemoryStorage();
    await using server = await createServer(storage);
    const metadata = { name: "p" };
    const spec = {
      matchConstraints,
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConditions: [{ name: "c", expression: "authorizer.requestResource.check('create').allowed()" }],
      variables: [
        { name: "may", expression: "authorizer.path('/healthz').check('get').allowed() ? 'yes' : 'no'" },
      ],
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression: "Object{metadata: Object.metadata{labels: {'may': variables.may}}}",
          },
        },
      ],
    };
    await post(server, `${REGISTRATION}/mutatingadmissionpolicies`, { metadata, spec });
    await post(server, `${REGISTRATION}/mutatingadmissionpolicybindings`, {
      metadata,
      spec: { policyName: "p" },
    });
    const made = await post(server, CONFIG_MAPS, { metadata: { name: "x" } }, "alice");
    expect(made).toMatchObject({ status: 201, labels: { may: "yes" } });
  });
});

describe("authorizer in conditions of a webhook", () => {
  const conditions: ReadonlyArray<readonly [condition: string, calls: number]> = [
    ["authorizer.requestResource.check('create').allowed()", 1],
    ["!authorizer.requestResource.check('create').allowed()", 0],
  ];
  test.each(conditions)("calls it by %s %d times", async (expression, want) => {
    let calls = 0;
    await using storage = createMemoryStorage();
    await using server = await createApiServer({
      storage,
      callWebhook: async ({ body }) => {
        calls += 1;
        const { request } = JSON.parse(body) as { request: { uid: string } };
        const response = { uid: request.uid, allowed: true };
        return {
          status: 200,
          body: JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response }),
        };
      },
    });
    await post(server, `${REGISTRATION}/validatingwebhookconfigurations`, {
      metadata: { name: "p" },
      webhooks: [
        {
          name: "a.example.com",
          clientConfig: { url: "https://hook.test/" },
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
          rules: matchConstraints.resourceRules,
          matchConditions: [{ name: "c", expression }],
        },
      ],
    });
    expect(await post(server, CONFIG_MAPS, { metadata: { name: "x" } })).toMatchObject({ status: 201 });
    expect(calls).toBe(want);
  });
});

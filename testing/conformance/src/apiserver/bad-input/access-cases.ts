// oxlint-disable max-lines, max-lines-per-function -- tables of inputs
import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { type BadAsk, type BadCase, CONFIG_MAPS, JSON_TYPE, one, WIDGETS } from "./bad-case.ts";

type Json = Readonly<Record<string, unknown>>;

function part(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

function readPart(token: string, index: number): Json {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString()) as Json;
}

/** The token with another head or other claims, signed as it was: no longer. */
function changed(token: string, head: Json, claims: Json): string {
  const [, , signature = ""] = token.split(".");
  return `${part({ ...readPart(token, 0), ...head })}.${part({ ...readPart(token, 1), ...claims })}.${signature}`;
}

/** The token signed by a key of our own. */
function forged(token: string, claims: Json): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const text = `${part({ alg: "RS256" })}.${part({ ...readPart(token, 1), ...claims })}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url")}`;
}

const tokens: Readonly<Record<string, (good: string) => string>> = {
  "a good one": (good) => good,
  nothing: () => "",
  "one letter": () => "x",
  "two parts": (good) => good.split(".").slice(0, 2).join("."),
  "four parts": (good) => `${good}.x`,
  "dots alone": () => "..",
  "no base64": () => "!.!.!",
  "padded parts": (good) =>
    good
      .split(".")
      .map((text) => `${text}=`)
      .join("."),
  "algorithm none": (good) => `${part({ alg: "none" })}.${good.split(".")[1]}.`,
  "algorithm none and a signature": (good) => changed(good, { alg: "none" }, {}),
  "algorithm HS256": (good) => {
    const text = `${part({ alg: "HS256" })}.${good.split(".")[1]}`;
    return `${text}.${createHmac("sha256", "secret").update(text).digest("base64url")}`;
  },
  "algorithm RS512": (good) => changed(good, { alg: "RS512" }, {}),
  "no algorithm": (good) => `${part({})}.${good.split(".").slice(1).join(".")}`,
  "another key's signature": (good) => forged(good, {}),
  "another subject": (good) => changed(good, {}, { sub: "system:serviceaccount:kube-system:admin" }),
  "another key's expired": (good) => forged(good, { exp: 1 }),
  "another key's of the future": (good) => forged(good, { nbf: 9_999_999_999 }),
  "another issuer": (good) => forged(good, { iss: "https://example.com" }),
  "a list of issuers": (good) => forged(good, { iss: ["a"] }),
  "claims that are a list": (good) => `${good.split(".")[0]}.${part([])}.${good.split(".")[2]}`,
  "claims that are no JSON": (good) => `${good.split(".")[0]}.${part("text")}.${good.split(".")[2]}`,
  "100 KB of claims": (good) => forged(good, { x: "x".repeat(100_000) }),
  "100,000 nested claims": (good) =>
    `${good.split(".")[0]}.${part(`${"[".repeat(20_000)}`)}.${good.split(".")[2]}`,
  "another last letter": (good) => `${good.slice(0, -2)}${good.endsWith("AA") ? "BB" : "AA"}`,
  "8 KB of letters": () => "x".repeat(8_000),
};

const headers: readonly string[] = [
  "",
  "Bearer",
  "Bearer ",
  "Bearer  alice-token",
  "Bearer alice-token ",
  "Bearer alice-token x",
  "bearer alice-token",
  "BEARER alice-token",
  "Bearer\talice-token",
  "Bearer Bearer alice-token",
  "Bearer alice-token, Bearer mallory-token",
  "Bearer wrong",
  "Bearer alice-toke",
  "Bearer alice-token2",
  "Bearer ALICE-TOKEN",
  "Bearer äöü",
  "Basic YWRtaW46YWRtaW4=",
  "Basic",
  "Digest username=x",
  "Negotiate x",
  "alice-token",
  "Token alice-token",
  "Bearer:alice-token",
  '"Bearer alice-token"',
];

function authorized(name: string, header: string, target = `${CONFIG_MAPS}/cm1`): BadCase {
  return one(name, { method: "GET", target, user: "nobody", headers: [["Authorization", header]] });
}

function tokenCases(): readonly BadCase[] {
  return [
    ...headers.map((header) => authorized(`token: header ${JSON.stringify(header)}`, header)),
    one("token: two headers", {
      method: "GET",
      target: `${CONFIG_MAPS}/cm1`,
      user: "nobody",
      headers: [
        ["Authorization", "Bearer wrong"],
        ["Authorization", "Bearer alice-token"],
      ],
    }),
    one("token: two headers, the other way round", {
      method: "GET",
      target: `${CONFIG_MAPS}/cm1`,
      user: "nobody",
      headers: [
        ["Authorization", "Bearer alice-token"],
        ["Authorization", "Bearer wrong"],
      ],
    }),
    ...["/healthz", "/version", "/api", "/nowhere"].map((path) =>
      authorized(`token: wrong at ${path}`, "Bearer wrong", path),
    ),
    one("token: in the query", {
      method: "GET",
      target: `${CONFIG_MAPS}/cm1?access_token=alice-token`,
      user: "nobody",
    }),
    one("token: in a cookie", {
      method: "GET",
      target: `${CONFIG_MAPS}/cm1`,
      user: "nobody",
      headers: [["Cookie", "token=alice-token"]],
    }),
    ...Object.entries(tokens).flatMap(([name, make]) => [
      one(`token: ${name}`, {
        method: "GET",
        target: `${CONFIG_MAPS}/cm1`,
        user: "nobody",
        authorization: (good) => `Bearer ${make(good)}`,
      }),
      one(`token: ${name}, reviewed`, {
        method: "POST",
        target: "/apis/authentication.k8s.io/v1/tokenreviews",
        headers: JSON_TYPE,
        body: `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"$TOKEN"}}`,
        authorization: make,
      }),
    ]),
  ];
}

const impersonations: readonly (readonly [name: string, headers: NonNullable<BadAsk["headers"]>])[] = [
  ["a user", [["Impersonate-User", "alice"]]],
  ["nobody", [["Impersonate-User", ""]]],
  [
    "two users",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-User", "bob"],
    ],
  ],
  ["a group without a user", [["Impersonate-Group", "g"]]],
  [
    "two groups without a user",
    [
      ["Impersonate-Group", "g"],
      ["Impersonate-Group", "h"],
    ],
  ],
  ["a uid without a user", [["Impersonate-Uid", "u"]]],
  ["an extra without a user", [["Impersonate-Extra-Scopes", "a"]]],
  [
    "all without a user",
    [
      ["Impersonate-Group", "g"],
      ["Impersonate-Uid", "u"],
      ["Impersonate-Extra-Scopes", "a"],
      ["Impersonate-Extra-Scopes", "b"],
    ],
  ],
  [
    "a user and a group",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Group", "g"],
    ],
  ],
  [
    "a user and masters",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Group", "system:masters"],
    ],
  ],
  [
    "a user and a uid",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Uid", "u"],
    ],
  ],
  [
    "a user and extras",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Extra-Scopes", "a"],
      ["Impersonate-Extra-Acme.com%2FProject", "p"],
    ],
  ],
  [
    "an extra with a wrong escape",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Extra-A%zz", "a"],
    ],
  ],
  [
    "an extra with a short escape",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Extra-A%", "a"],
    ],
  ],
  [
    "an extra with an invalid byte",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Extra-A%ff", "a"],
    ],
  ],
  [
    "an extra without a name",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Extra-", "a"],
    ],
  ],
  [
    "an extra that is empty",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Extra-A", ""],
    ],
  ],
  [
    "a group that is empty",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Group", ""],
    ],
  ],
  [
    "a group with a comma",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Group", "g, h"],
    ],
  ],
  ["an account", [["Impersonate-User", "system:serviceaccount:bad:robot"]]],
  [
    "an account and a group",
    [
      ["Impersonate-User", "system:serviceaccount:bad:robot"],
      ["Impersonate-Group", "g"],
    ],
  ],
  ["an account without a name", [["Impersonate-User", "system:serviceaccount:bad:"]]],
  ["an account of too many parts", [["Impersonate-User", "system:serviceaccount:bad:robot:x"]]],
  ["an account with a wrong name", [["Impersonate-User", "system:serviceaccount:BAD:robot"]]],
  ["a node", [["Impersonate-User", "system:node:n"]]],
  [
    "a node with its group",
    [
      ["Impersonate-User", "system:node:n"],
      ["Impersonate-Group", "system:nodes"],
    ],
  ],
  ["anonymous", [["Impersonate-User", "system:anonymous"]]],
  [
    "anonymous and a group",
    [
      ["Impersonate-User", "system:anonymous"],
      ["Impersonate-Group", "g"],
    ],
  ],
  [
    "anonymous as authenticated",
    [
      ["Impersonate-User", "system:anonymous"],
      ["Impersonate-Group", "system:authenticated"],
    ],
  ],
  [
    "a user as unauthenticated",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Group", "system:unauthenticated"],
    ],
  ],
  ["an unknown header", [["Impersonate-Nothing", "x"]]],
  [
    "an unknown header and a user",
    [
      ["Impersonate-User", "alice"],
      ["Impersonate-Nothing", "x"],
    ],
  ],
];

const SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const SELF_BODY = '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}';

function impersonationCases(): readonly BadCase[] {
  return impersonations.flatMap(([name, given]) => [
    one(`impersonate: ${name}`, {
      method: "POST",
      target: SELF,
      headers: [...JSON_TYPE, ...given],
      body: SELF_BODY,
    }),
    one(`impersonate: ${name}, a list`, { method: "GET", target: `${CONFIG_MAPS}?limit=1`, headers: given }),
    one(`impersonate: ${name}, a path`, { method: "GET", target: "/metrics", headers: given }),
    one(`impersonate: ${name} without rights`, {
      method: "GET",
      target: `${CONFIG_MAPS}/cm1`,
      user: "alice",
      headers: given,
    }),
    one(`impersonate: ${name} without rights, a path`, {
      method: "GET",
      target: "/version",
      user: "alice",
      headers: given,
    }),
    one(`impersonate: ${name} without credentials`, {
      method: "GET",
      target: `${CONFIG_MAPS}/cm1`,
      user: "nobody",
      headers: given,
    }),
    one(`impersonate: ${name} with rights to alice and g`, {
      method: "POST",
      target: SELF,
      user: "nobody",
      headers: [...JSON_TYPE, ["Authorization", "Bearer mallory-token"], ...given],
      body: SELF_BODY,
    }),
  ]);
}

const forbidden: readonly (readonly [method: string, target: string])[] = [
  ["GET", CONFIG_MAPS],
  ["GET", `${CONFIG_MAPS}?watch=1`],
  ["GET", `${CONFIG_MAPS}?fieldSelector=metadata.name=cm1`],
  ["GET", `${CONFIG_MAPS}/cm1`],
  ["POST", CONFIG_MAPS],
  ["PUT", `${CONFIG_MAPS}/cm1`],
  ["PATCH", `${CONFIG_MAPS}/cm1`],
  ["DELETE", `${CONFIG_MAPS}/cm1`],
  ["DELETE", CONFIG_MAPS],
  ["GET", "/api/v1/configmaps"],
  ["GET", "/api/v1/nodes/n"],
  ["GET", "/api/v1/namespaces/bad"],
  ["GET", "/api/v1/namespaces/nowhere/configmaps"],
  ["POST", "/api/v1/namespaces"],
  ["GET", WIDGETS],
  ["GET", `${WIDGETS}/w1/status`],
  ["PATCH", `${WIDGETS}/w1/status`],
  ["GET", "/apis/apps/v1/namespaces/bad/deployments/web/scale"],
  ["GET", "/apis/nothing.example.com/v1/things"],
  ["GET", "/api/v1/nothing"],
  ["POST", "/api/v1/namespaces/bad/pods/p/exec"],
  ["BREW", `${CONFIG_MAPS}/cm1`],
  ["OPTIONS", CONFIG_MAPS],
  ["GET", "/metrics"],
  ["POST", "/version"],
  ["GET", "/openapi/v2"],
  ["GET", "/api"],
  ["GET", "/livez/ping"],
  ["GET", "/apis/apps"],
];

const reviews: readonly (readonly [kind: string, spec: string])[] = [
  ["SelfSubjectAccessReview", "{}"],
  ["SelfSubjectAccessReview", '{"spec":{}}'],
  ["SelfSubjectAccessReview", '{"spec":{"resourceAttributes":{}}}'],
  [
    "SelfSubjectAccessReview",
    '{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"},"nonResourceAttributes":{"path":"/","verb":"get"}}}',
  ],
  ["SelfSubjectAccessReview", '{"spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}}'],
  [
    "SelfSubjectAccessReview",
    '{"metadata":{"name":"x"},"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}',
  ],
  [
    "SelfSubjectAccessReview",
    '{"spec":{"resourceAttributes":{"verb":"get","resource":"pods","fieldSelector":{"rawSelector":"a=b","requirements":[{"key":"a"}]}}}}',
  ],
  [
    "SelfSubjectAccessReview",
    '{"spec":{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"requirements":[{"key":"a","operator":"x"}]}}}}',
  ],
  ["SubjectAccessReview", '{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}'],
  ["SubjectAccessReview", '{"spec":{"user":"alice"}}'],
  [
    "SubjectAccessReview",
    '{"spec":{"user":"alice","resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"bad"}}}',
  ],
  [
    "SubjectAccessReview",
    '{"spec":{"user":"carol","resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"bad"}}}',
  ],
  [
    "SubjectAccessReview",
    '{"spec":{"user":"carol","resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"other"}}}',
  ],
  [
    "SubjectAccessReview",
    '{"spec":{"user":"system:serviceaccount:bad:robot","resourceAttributes":{"verb":"get","resource":"configmaps","namespace":"bad","version":"v1"}}}',
  ],
  [
    "SubjectAccessReview",
    '{"spec":{"groups":["system:masters"],"resourceAttributes":{"verb":"*","resource":"*"}}}',
  ],
  ["SubjectAccessReview", '{"spec":{"user":"x","nonResourceAttributes":{"path":"/metrics","verb":"get"}}}'],
  [
    "SubjectAccessReview",
    '{"metadata":{"namespace":"bad"},"spec":{"user":"x","resourceAttributes":{"verb":"get"}}}',
  ],
  ["SelfSubjectRulesReview", "{}"],
  ["SelfSubjectRulesReview", '{"spec":{"namespace":""}}'],
  ["SelfSubjectRulesReview", '{"spec":{"namespace":"bad"}}'],
  ["SelfSubjectRulesReview", '{"spec":{"namespace":"nowhere"}}'],
];

function reviewCases(): readonly BadCase[] {
  return [
    ...reviews.flatMap(([kind, text]) =>
      (["admin", "alice"] as const).map((user) =>
        one(`review: ${kind} ${text} by ${user}`, {
          method: "POST",
          target: `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
          headers: JSON_TYPE,
          user,
          body: JSON.stringify({
            apiVersion: "authorization.k8s.io/v1",
            kind,
            ...(JSON.parse(text) as object),
          }),
        }),
      ),
    ),
    ...[
      '{"spec":{"user":"x","resourceAttributes":{"namespace":"other","verb":"get","resource":"pods"}}}',
      '{"spec":{"user":"x","resourceAttributes":{"namespace":"bad","verb":"get","resource":"pods"}}}',
      '{"spec":{"user":"x"}}',
      '{"spec":{"user":"x","nonResourceAttributes":{"path":"/"}}}',
      '{"metadata":{"namespace":"other"},"spec":{"user":"x"}}',
    ].map((text) =>
      one(`review: LocalSubjectAccessReview ${text}`, {
        method: "POST",
        target: "/apis/authorization.k8s.io/v1/namespaces/bad/localsubjectaccessreviews",
        headers: JSON_TYPE,
        body: JSON.stringify({
          apiVersion: "authorization.k8s.io/v1",
          kind: "LocalSubjectAccessReview",
          ...(JSON.parse(text) as object),
        }),
      }),
    ),
    ...[
      "{}",
      '{"spec":{}}',
      '{"spec":{"token":""}}',
      '{"spec":{"token":"admin-token"}}',
      '{"spec":{"token":"admin-token","audiences":["x"]}}',
      '{"spec":{"token":"x","audiences":["x"]}}',
      '{"metadata":{"name":"x"},"spec":{"token":"x"}}',
      '{"spec":{"token":1}}',
    ].map((text) =>
      one(`review: TokenReview ${text}`, {
        method: "POST",
        target: "/apis/authentication.k8s.io/v1/tokenreviews",
        headers: JSON_TYPE,
        body: JSON.stringify({
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenReview",
          ...(JSON.parse(text) as object),
        }),
      }),
    ),
    one("review: SelfSubjectReview by nobody", {
      method: "POST",
      target: SELF,
      headers: JSON_TYPE,
      user: "nobody",
      body: SELF_BODY,
    }),
    one("review: SelfSubjectReview by an account", {
      method: "POST",
      target: SELF,
      headers: JSON_TYPE,
      user: "nobody",
      body: SELF_BODY,
      authorization: (good) => `Bearer ${good}`,
    }),
  ];
}

const tokenRequests: readonly string[] = [
  "",
  "{}",
  '{"spec":{}}',
  '{"spec":{"expirationSeconds":0}}',
  '{"spec":{"expirationSeconds":599}}',
  '{"spec":{"expirationSeconds":600}}',
  '{"spec":{"expirationSeconds":4294967296}}',
  '{"spec":{"expirationSeconds":4294967297}}',
  '{"spec":{"expirationSeconds":-1}}',
  '{"spec":{"expirationSeconds":"x"}}',
  '{"spec":{"expirationSeconds":null}}',
  '{"spec":{"audiences":["a","b"]}}',
  '{"spec":{"audiences":[""]}}',
  '{"spec":{"audiences":"a"}}',
  '{"spec":{"boundObjectRef":{}}}',
  '{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"missing"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"other"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Pod","name":"p"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v2","name":"p"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"missing"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s"}}}',
  '{"spec":{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"missing"}}}',
  '{"spec":{"boundObjectRef":{"kind":"ConfigMap","apiVersion":"v1","name":"cm1"}}}',
  '{"spec":{"boundObjectRef":{"kind":"pod","apiVersion":"v1","name":"p"}}}',
  '{"metadata":{"name":"other"}}',
  '{"metadata":{"name":"robot"}}',
  '{"metadata":{"namespace":"other"}}',
  '{"metadata":{"generateName":"x"}}',
  '{"apiVersion":"v1","kind":"TokenRequest"}',
  '{"apiVersion":"authentication.k8s.io/v1","kind":"Other"}',
  '{"spec":{"unknown":1}}',
];

const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** What mallory, who may write roles and bindings in the namespace and read ConfigMaps, must not do with that. */
function escalations(): readonly BadCase[] {
  const as = (name: string, method: string, target: string, body: Json): BadCase =>
    one(`rbac: ${name}`, {
      method,
      target: `${target}?dryRun=All`,
      user: "nobody",
      headers: [...JSON_TYPE, ["Authorization", "Bearer mallory-token"]],
      body: JSON.stringify(body),
    });
  const role = (rules: unknown): Json => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "r" },
    rules,
  });
  const binding = (
    roleRef: Json,
    subjects: unknown = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "x" }],
  ): Json => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "b" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", ...roleRef },
    subjects,
  });
  const roles = `${RBAC}/namespaces/bad/roles`;
  const bindings = `${RBAC}/namespaces/bad/rolebindings`;
  return [
    as(
      "a role of what one holds",
      "POST",
      roles,
      role([{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }]),
    ),
    as(
      "a role of more",
      "POST",
      roles,
      role([{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }]),
    ),
    as(
      "a role of more in two rules",
      "POST",
      roles,
      role([
        { apiGroups: [""], resources: ["secrets", "pods"], verbs: ["get"] },
        { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["a", "b"], verbs: ["*"] },
      ]),
    ),
    as("a role of everything", "POST", roles, role([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }])),
    as(
      "a role of subresources",
      "POST",
      roles,
      role([{ apiGroups: [""], resources: ["pods/log", "*/scale"], verbs: ["get"] }]),
    ),
    as("a role of paths", "POST", roles, role([{ nonResourceURLs: ["/metrics"], verbs: ["get"] }])),
    as(
      "a wrong role",
      "POST",
      roles,
      role([{ apiGroups: [""], resources: ["configmaps"] }, { verbs: ["get"] }, {}]),
    ),
    as("a role with a text for rules", "POST", roles, role("x")),
    as("a binding to a role one holds", "POST", bindings, binding({ kind: "Role", name: "reader" })),
    as(
      "a binding to a role with more",
      "POST",
      bindings,
      binding({ kind: "ClusterRole", name: "cluster-admin" }),
    ),
    as("a binding to view", "POST", bindings, binding({ kind: "ClusterRole", name: "system:basic-user" })),
    as("a binding to a role that is missing", "POST", bindings, binding({ kind: "Role", name: "missing" })),
    as(
      "a binding to a cluster role that is missing",
      "POST",
      bindings,
      binding({ kind: "ClusterRole", name: "missing" }),
    ),
    as("a binding to no role", "POST", bindings, binding({ kind: "Role", name: "" })),
    as("a binding to something else", "POST", bindings, binding({ kind: "Pod", name: "x" })),
    as("a binding of another group", "POST", bindings, {
      ...binding({}),
      roleRef: { apiGroup: "x", kind: "Role", name: "reader" },
    }),
    as(
      "a binding of wrong subjects",
      "POST",
      bindings,
      binding({ kind: "Role", name: "reader" }, [
        { kind: "User", name: "x" },
        { kind: "Pod", name: "x" },
        { kind: "ServiceAccount", name: "x" },
        { kind: "Group", apiGroup: "x", name: "" },
        {},
      ]),
    ),
    as("a change of a binding's role", "PUT", `${bindings}/mallory`, {
      ...binding({ kind: "Role", name: "other" }),
      metadata: { name: "mallory" },
    }),
    as("a cluster role", "POST", `${RBAC}/clusterroles`, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "x" },
    }),
    as("a change of a role to more", "PUT", `${roles}/reader`, {
      ...role([{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]),
      metadata: { name: "reader" },
    }),
  ];
}

const bootstrapRoleNames = [
  "admin",
  "cluster-admin",
  "edit",
  "system:aggregate-to-admin",
  "system:aggregate-to-edit",
  "system:aggregate-to-view",
  "system:auth-delegator",
  "system:basic-user",
  "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
  "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
  "system:certificates.k8s.io:kube-apiserver-client-approver",
  "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
  "system:certificates.k8s.io:kubelet-serving-approver",
  "system:certificates.k8s.io:legacy-unknown-approver",
  "system:discovery",
  "system:heapster",
  "system:kube-aggregator",
  "system:kube-controller-manager",
  "system:kube-dns",
  "system:kube-scheduler",
  "system:kubelet-api-admin",
  "system:monitoring",
  "system:node",
  "system:node-bootstrapper",
  "system:node-problem-detector",
  "system:node-proxier",
  "system:persistent-volume-provisioner",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
  "system:volume-scheduler",
  "view",
];

const bootstrapBindingNames = [
  "cluster-admin",
  "system:basic-user",
  "system:discovery",
  "system:kube-controller-manager",
  "system:kube-dns",
  "system:kube-scheduler",
  "system:monitoring",
  "system:node",
  "system:node-proxier",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
  "system:volume-scheduler",
];

const bootstrap: readonly string[] = [
  ...bootstrapRoleNames.map((name) => `${RBAC}/clusterroles/${name}`),
  ...bootstrapBindingNames.map((name) => `${RBAC}/clusterrolebindings/${name}`),
];

export const accessCases: readonly BadCase[] = [
  ...tokenCases(),
  ...impersonationCases(),
  ...forbidden.flatMap(([method, target]) =>
    (["alice", "nobody"] as const).map((user) =>
      one(`rbac: ${method} ${target} by ${user}`, {
        method,
        target,
        user,
        headers: method === "PATCH" ? [["Content-Type", "application/merge-patch+json"]] : JSON_TYPE,
        ...(["POST", "PUT", "PATCH"].includes(method) ? { body: "{}" } : {}),
      }),
    ),
  ),
  ...reviewCases(),
  ...tokenRequests.map((body) =>
    one(`token request: ${body}`, {
      method: "POST",
      target: "/api/v1/namespaces/bad/serviceaccounts/robot/token",
      headers: JSON_TYPE,
      body,
    }),
  ),
  one("token request: of an account that is missing", {
    method: "POST",
    target: "/api/v1/namespaces/bad/serviceaccounts/missing/token",
    headers: JSON_TYPE,
    body: "{}",
  }),
  ...escalations(),
  ...bootstrap.map((target) => one(`bootstrap: ${target.slice(RBAC.length)}`, { method: "GET", target })),
];

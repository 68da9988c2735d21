import type { JsonObject } from "@weir/core";

/** One request whose audit events are compared; requests of a list build on each other. */
export interface AuditedRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whose token: the administrator's by default. */
  readonly token?: "administrator" | "unknown" | "none";
}

/** The policy that both servers are given. */
export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  nonResourceURLs: ["/openapi/*"]
- level: None
  verbs: ["get"]
  resources: [{group: "", resources: [configmaps], resourceNames: [unseen]}]
- level: Metadata
  resources: [{group: "", resources: [secrets, serviceaccounts/token]}]
- level: Request
  omitStages: [RequestReceived]
  resources: [{group: apps}, {group: "", resources: ["*/scale"]}]
- level: RequestResponse
  omitManagedFields: true
  namespaces: [quiet]
- level: RequestResponse
`;

/** Holds the policy, but for what is added with the namespace. */
const json = { "content-type": "application/json" };
const HERE = "/api/v1/namespaces/audited";

function post(name: string, path: string, body: JsonObject): AuditedRequest {
  return { name, method: "POST", path, headers: json, body: JSON.stringify(body) };
}

function patch(name: string, path: string, type: string, body: unknown): AuditedRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { name, method: "PATCH", path, headers: { "content-type": type }, body: text };
}

function configMap(name: string, data: JsonObject, more: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...more }, data };
}

const deployment: JsonObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "nginx:1.27", ports: [{ containerPort: 80 }] }] },
    },
  },
};

const table = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
const one = `${HERE}/configmaps/one`;

/** Requests of every kind, in order. */
export const AUDITED_REQUESTS: readonly AuditedRequest[] = [
  post("create of a namespace", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "audited" },
  }),
  post("create of another namespace", "/api/v1/namespaces", { metadata: { name: "quiet" } }),
  post("create", `${HERE}/configmaps`, configMap("one", { a: "1" })),
  post("create of what exists", `${HERE}/configmaps`, configMap("one", { a: "1" })),
  post("create of what is invalid", `${HERE}/configmaps`, configMap("No Name", {})),
  post("create of what is no object", `${HERE}/configmaps`, { kind: "Secret", apiVersion: "v1" }),
  post("create by generateName", `${HERE}/configmaps?dryRun=All`, {
    metadata: { generateName: "some-" },
    data: { a: "1" },
  }),
  post(
    "create in a namespace that is not there",
    "/api/v1/namespaces/nowhere/configmaps",
    configMap("one", {}),
  ),
  {
    name: "create by YAML",
    method: "POST",
    path: `${HERE}/configmaps?fieldManager=me&fieldValidation=Strict`,
    headers: { "content-type": "application/yaml" },
    body: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n  labels: {kind: yaml}\ndata:\n  b: '2'\n",
  },
  post(
    "create where managed fields are left out",
    "/api/v1/namespaces/quiet/configmaps",
    configMap("one", { a: "1" }),
  ),
  {
    name: "list where managed fields are left out",
    method: "GET",
    path: "/api/v1/namespaces/quiet/configmaps?fieldSelector=metadata.name=one",
  },
  { name: "get", method: "GET", path: one },
  { name: "get as a table", method: "GET", path: one, headers: table },
  {
    name: "get as metadata",
    method: "GET",
    path: one,
    headers: { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" },
  },
  { name: "get as YAML", method: "GET", path: one, headers: { accept: "application/yaml" } },
  {
    name: "get as protobuf",
    method: "GET",
    path: one,
    headers: { accept: "application/vnd.kubernetes.protobuf" },
  },
  { name: "get, printed for people", method: "GET", path: `${one}?pretty=true` },
  { name: "get of what is not there", method: "GET", path: `${HERE}/configmaps/none` },
  { name: "get that the policy leaves out", method: "GET", path: `${HERE}/configmaps/unseen` },
  { name: "get of an unknown resource", method: "GET", path: `${HERE}/gadgets/one` },
  { name: "get of an unknown group", method: "GET", path: "/apis/example.com/v1/gadgets" },
  { name: "list", method: "GET", path: `${HERE}/configmaps?limit=1&labelSelector=kind%3Dyaml` },
  { name: "list of one name", method: "GET", path: `${HERE}/configmaps?fieldSelector=metadata.name%3Dtwo` },
  {
    name: "list with an unknown selector",
    method: "GET",
    path: `${HERE}/configmaps?fieldSelector=spec.x%3Dtwo`,
  },
  { name: "watch", method: "GET", path: `${HERE}/configmaps?watch=true&timeoutSeconds=1&resourceVersion=0` },
  {
    name: "update",
    method: "PUT",
    path: one,
    headers: json,
    body: JSON.stringify(configMap("one", { a: "2" })),
  },
  {
    name: "update of what is not there",
    method: "PUT",
    path: `${HERE}/configmaps/none`,
    headers: json,
    body: JSON.stringify(configMap("none", {})),
  },
  {
    name: "update of another name",
    method: "PUT",
    path: one,
    headers: json,
    body: JSON.stringify(configMap("other", {})),
  },
  patch("merge patch", one, "application/merge-patch+json", { data: { b: "1" } }),
  patch("JSON patch", one, "application/json-patch+json", [{ op: "replace", path: "/data/b", value: "2" }]),
  patch("JSON patch that does not fit", one, "application/json-patch+json", [
    { op: "remove", path: "/data/none" },
  ]),
  patch("strategic patch", one, "application/strategic-merge-patch+json", {
    metadata: { labels: { a: "b" } },
  }),
  patch(
    "apply",
    `${one}?fieldManager=me&force=true`,
    "application/apply-patch+yaml",
    configMap("one", { a: "3" }),
  ),
  patch(
    "apply that conflicts",
    `${one}?fieldManager=you`,
    "application/apply-patch+yaml",
    configMap("one", { a: "4" }),
  ),
  patch("patch of an unknown type", one, "text/plain", { data: {} }),
  post("create of a secret", `${HERE}/secrets`, { metadata: { name: "token" }, stringData: { a: "secret" } }),
  { name: "get of a secret", method: "GET", path: `${HERE}/secrets/token` },
  post("create with defaults", "/apis/apps/v1/namespaces/audited/deployments", deployment),
  post("create of a pod", `${HERE}/pods`, {
    metadata: { name: "one" },
    spec: { containers: [{ name: "app", image: "nginx:1.27" }] },
  }),
  post("binding of a pod", `${HERE}/pods/one/binding`, { target: { kind: "Node", name: "none" } }),
  post("eviction of a pod", `${HERE}/pods/one/eviction`, {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: "one", namespace: "audited" },
  }),
  { name: "log of a pod", method: "GET", path: `${HERE}/pods/one/log` },
  { name: "get of a scale", method: "GET", path: "/apis/apps/v1/namespaces/audited/deployments/web/scale" },
  {
    name: "update of a scale",
    method: "PUT",
    path: "/apis/apps/v1/namespaces/audited/deployments/web/scale",
    headers: json,
    body: JSON.stringify({
      apiVersion: "autoscaling/v1",
      kind: "Scale",
      metadata: { name: "web", namespace: "audited" },
      spec: { replicas: 2 },
    }),
  },
  patch(
    "patch of a status",
    "/apis/apps/v1/namespaces/audited/deployments/web/status",
    "application/merge-patch+json",
    {
      status: { observedGeneration: 1 },
    },
  ),
  post("create of an account", `${HERE}/serviceaccounts`, { metadata: { name: "robot" } }),
  post("create of a token", `${HERE}/serviceaccounts/robot/token`, { spec: { expirationSeconds: 3600 } }),
  post("review of one's own access", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    spec: { resourceAttributes: { verb: "get", resource: "pods" } },
  }),
  post("review of oneself", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}),
  {
    name: "list as somebody else",
    method: "GET",
    path: `${HERE}/configmaps/two`,
    headers: {
      "impersonate-user": "jane",
      "impersonate-group": "system:masters",
      "impersonate-uid": "7",
      "impersonate-extra-team": "a",
    },
  },
  {
    name: "get that is forbidden",
    method: "GET",
    path: `${HERE}/configmaps/two`,
    headers: { "impersonate-user": "jane" },
  },
  { name: "create that is forbidden", ...postAs("jane") },
  {
    name: "impersonation without a name",
    method: "GET",
    path: one,
    headers: { "impersonate-group": "devs" },
  },
  { name: "get without credentials", method: "GET", path: one, token: "none" },
  { name: "get with credentials that are nobody's", method: "GET", path: one, token: "unknown" },
  { name: "path with credentials that are nobody's", method: "GET", path: "/version", token: "unknown" },
  { name: "path", method: "GET", path: "/version" },
  { name: "health", method: "GET", path: "/livez", token: "none" },
  { name: "path that is not there", method: "GET", path: "/nothing" },
  { name: "path that the policy leaves out", method: "GET", path: "/openapi/v2" },
  { name: "discovery", method: "GET", path: "/api" },
  { name: "id of the client's own", method: "GET", path: one, headers: { "audit-id": "mine" } },
  { name: "deprecated resource", method: "GET", path: `${HERE}/endpoints/none` },
  { name: "delete of a dry run", method: "DELETE", path: `${one}?dryRun=All` },
  {
    name: "delete with options",
    method: "DELETE",
    path: one,
    headers: json,
    body: JSON.stringify({ kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" }),
  },
  { name: "delete of what is gone", method: "DELETE", path: one },
  { name: "delete of a secret", method: "DELETE", path: `${HERE}/secrets/token` },
  { name: "delete of all", method: "DELETE", path: `${HERE}/configmaps?labelSelector=kind=yaml` },
  { name: "delete of a namespace", method: "DELETE", path: "/api/v1/namespaces/quiet" },
];

function postAs(user: string): Omit<AuditedRequest, "name"> {
  const { name: _, ...request } = post("", `${HERE}/configmaps`, configMap("mine", {}));
  return { ...request, headers: { ...json, "impersonate-user": user } };
}

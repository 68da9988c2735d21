import {
  type BadAsk,
  type BadCase,
  bytes,
  CONFIG_MAPS,
  DEPLOYMENTS,
  got,
  JSON_TYPE,
  object,
  one,
  posted,
  WIDGETS,
} from "./bad-case.ts";

const bodyTypes: readonly string[] = [
  "text/plain",
  "text/plain; charset=utf-8",
  "application/json; charset=utf-8",
  "application/json;charset=utf-16",
  "APPLICATION/JSON",
  " application/json ",
  "application/json;",
  "application/json; =",
  "application/json, text/plain",
  "application/*",
  "*/*",
  "json",
  "/",
  ";",
  "application/",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/xml",
  "application/cbor",
  "application/merge-patch+json",
  "application/json-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
  "application/apply-patch+cbor",
  "application/yaml",
  "text/yaml",
  "application/vnd.kubernetes.protobuf;stream=watch",
  "application/json;as=Table",
  "äpplication/json",
];

const acceptTypes: readonly string[] = [
  "",
  "*",
  "*/*",
  "*/*;q=0",
  "application/*",
  "text/*",
  "text/html",
  "text/html,application/xhtml+xml,*/*;q=0.8",
  "application/xml",
  "APPLICATION/JSON",
  "application/json;q=0",
  "application/json;q=2",
  "application/json;q=x",
  "application/json;q=0.5,application/yaml",
  "application/yaml;q=0.5,application/json",
  "application/json;pretty=1",
  "application/json;stream=watch",
  "application/json;charset=utf-8",
  "application/json;unknown=1",
  "application/json;as=Table",
  "application/json;as=Table;v=v2;g=meta.k8s.io",
  "application/json;as=Table;v=v1;g=other",
  "application/json;as=Unknown;v=v1;g=meta.k8s.io",
  "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
  "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
  "application/json;as=Table;v=v2;g=meta.k8s.io,application/json",
  "application/json;v=v1",
  "application/cbor",
  "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
  ";",
  ",",
  ",,,",
  "application/json,",
  "json",
  "/",
  "application/json; as = Table",
  '"application/json"',
  "a".repeat(5_000),
];

function accepted(
  name: string,
  ask: Omit<BadAsk, "headers">,
  type: string,
  more: BadAsk["headers"] = [],
): BadCase {
  const shown = type.length > 100 ? `${type.length} letters` : type;
  return one(`media: ${name} that accepts ${JSON.stringify(shown)}`, {
    ...ask,
    headers: [["Accept", type], ...more],
  });
}

/** A ConfigMap of exactly so many bytes. */
function sized(length: number): () => Uint8Array {
  return () => {
    const [start, end] = [`${object("ConfigMap").slice(0, -1)},"data":{"a":"`, '"}}'];
    return bytes(start, "x".repeat(length - start.length - end.length), end);
  };
}

const LIMIT = 3 * 1024 * 1024;

function sizes(): readonly BadCase[] {
  const patch = (type: string, length: number): BadAsk => ({
    method: "PATCH",
    target: `${CONFIG_MAPS}/cm1?dryRun=All&fieldManager=m`,
    headers: [["Content-Type", type]],
    body: sized(length),
  });
  return [LIMIT, LIMIT + 1, 10_000_000].flatMap((length) => [
    posted(`size: create of ${length} bytes`, CONFIG_MAPS, sized(length)),
    posted(`size: create of a custom resource of ${length} bytes`, WIDGETS, sized(length)),
    one(`size: update of ${length} bytes`, {
      method: "PUT",
      target: `${CONFIG_MAPS}/cm1?dryRun=All`,
      headers: JSON_TYPE,
      body: sized(length),
    }),
    one(`size: delete of ${length} bytes`, {
      method: "DELETE",
      target: `${CONFIG_MAPS}/missing?dryRun=All`,
      headers: JSON_TYPE,
      body: sized(length),
    }),
    one(`size: deletecollection of ${length} bytes`, {
      method: "DELETE",
      target: `${CONFIG_MAPS}?labelSelector=none=none`,
      headers: JSON_TYPE,
      body: sized(length),
    }),
    one(`size: chunked create of ${length} bytes`, {
      method: "POST",
      target: `${CONFIG_MAPS}?dryRun=All`,
      headers: JSON_TYPE,
      body: sized(length),
      isChunked: true,
    }),
    ...[
      "application/merge-patch+json",
      "application/strategic-merge-patch+json",
      "application/json-patch+json",
      "application/apply-patch+yaml",
    ].map((type) => one(`size: patch of ${length} bytes as ${type}`, patch(type, length))),
  ]);
}

function encodings(): readonly BadCase[] {
  const body = object("ConfigMap");
  return ["gzip", "identity", "deflate", "nonsense"].map((encoding) =>
    one(`media: Content-Encoding ${encoding}`, {
      method: "POST",
      target: `${CONFIG_MAPS}?dryRun=All`,
      headers: [...JSON_TYPE, ["Content-Encoding", encoding]],
      body,
    }),
  );
}

export const mediaCases: readonly BadCase[] = [
  ...bodyTypes.flatMap((type) => [
    one(`media: create as ${type}`, {
      method: "POST",
      target: `${CONFIG_MAPS}?dryRun=All`,
      headers: [["Content-Type", type]],
      body: object("ConfigMap"),
    }),
    one(`media: create of a custom resource as ${type}`, {
      method: "POST",
      target: `${WIDGETS}?dryRun=All`,
      headers: [["Content-Type", type]],
      body: object("Widget"),
    }),
    one(`media: update as ${type}`, {
      method: "PUT",
      target: `${CONFIG_MAPS}/x?dryRun=All`,
      headers: [["Content-Type", type]],
      body: object("ConfigMap"),
    }),
    one(`media: delete as ${type}`, {
      method: "DELETE",
      target: `${CONFIG_MAPS}/cm1?dryRun=All`,
      headers: [["Content-Type", type]],
      body: '{"dryRun":["All"]}',
    }),
    one(`media: patch as ${type}`, {
      method: "PATCH",
      target: `${CONFIG_MAPS}/cm1?dryRun=All&fieldManager=m`,
      headers: [["Content-Type", type]],
      body: "{}",
    }),
    one(`media: patch of a custom resource as ${type}`, {
      method: "PATCH",
      target: `${WIDGETS}/w1?dryRun=All&fieldManager=m`,
      headers: [["Content-Type", type]],
      body: "{}",
    }),
  ]),
  one("media: create without a type", {
    method: "POST",
    target: `${CONFIG_MAPS}?dryRun=All`,
    body: object("ConfigMap"),
  }),
  one("media: create of YAML without a type", {
    method: "POST",
    target: `${CONFIG_MAPS}?dryRun=All`,
    body: "kind: ConfigMap",
  }),
  one("media: patch without a type", { method: "PATCH", target: `${CONFIG_MAPS}/cm1`, body: "{}" }),
  one("media: patch of the status without a type", {
    method: "PATCH",
    target: `${DEPLOYMENTS}/web/status`,
    body: "{}",
  }),
  one("media: delete without a type", {
    method: "DELETE",
    target: `${CONFIG_MAPS}/cm1?dryRun=All`,
    body: '{"dryRun":["All"]}',
  }),
  one("media: eviction as text", {
    method: "POST",
    target: `/api/v1/namespaces/bad/pods/p/eviction`,
    headers: [["Content-Type", "text/plain"]],
    body: "{}",
  }),
  ...acceptTypes.flatMap((type) => [
    accepted("a get", { method: "GET", target: `${CONFIG_MAPS}/cm1` }, type),
    accepted(
      "a list",
      { method: "GET", target: `${CONFIG_MAPS}?limit=1&fieldSelector=metadata.name=cm1` },
      type,
    ),
    accepted("a get of a custom resource", { method: "GET", target: `${WIDGETS}/w1` }, type),
    accepted("a get of what is missing", { method: "GET", target: `${CONFIG_MAPS}/missing` }, type),
    accepted(
      "a watch",
      {
        method: "GET",
        target: `${CONFIG_MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=cm1&resourceVersion=0`,
      },
      type,
    ),
    accepted(
      "a create",
      { method: "POST", target: `${CONFIG_MAPS}?dryRun=All`, body: object("ConfigMap") },
      type,
      JSON_TYPE,
    ),
    accepted("a delete", { method: "DELETE", target: `${CONFIG_MAPS}/cm1?dryRun=All` }, type),
    accepted(
      "a deletecollection",
      { method: "DELETE", target: `${CONFIG_MAPS}?dryRun=All&fieldSelector=metadata.name=cm1` },
      type,
    ),
    accepted("discovery of a version", { method: "GET", target: "/apis/example.com/v1" }, type),
    accepted("discovery of a group", { method: "GET", target: "/apis/example.com" }, type),
    accepted("the version", { method: "GET", target: "/version" }, type),
    accepted("the health", { method: "GET", target: "/healthz" }, type),
    accepted("a missing path", { method: "GET", target: "/nowhere" }, type),
  ]),
  ...encodings(),
  ...sizes(),
  got("media: get without Accept", `${CONFIG_MAPS}/cm1`),
];

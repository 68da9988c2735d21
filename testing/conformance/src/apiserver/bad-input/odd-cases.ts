import {
  type BadAsk,
  type BadCase,
  DEPLOYMENTS,
  got,
  JSON_TYPE,
  NAMESPACE,
  one,
  PODS,
  WIDGETS,
} from "./bad-case.ts";

const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const WATCHED = `/apis/example.com/v1/watch/namespaces/${NAMESPACE}/widgets`;

const paths: readonly string[] = [
  "/apis///",
  "/apis//v1/pods",
  "/apis/apps//",
  "//api/v1/namespaces/bad/configmaps/cm1",
  "/version//",
  "/api/v1/watch/",
  "/api/v1/proxy",
  "/api/v1/watch?a=<b>&c=d",
  "/apis/apps/v1/watch",
  "/apis/nothing/v1/watch",
  "/api/v1/proxy/namespaces/bad/pods/p/x",
  "/apis/example.com/v1/proxy/namespaces/bad/widgets/w1",
];

const proxied: readonly string[] = [
  `${PODS}/p/proxy`,
  `${PODS}/p:80/proxy/`,
  `${PODS}/http:p:80/proxy/`,
  `${PODS}/ftp:p:80/proxy/`,
  `${PODS}/a:b:c:d/proxy/`,
  `${PODS}/:80/proxy/`,
  `${PODS}/nothing/proxy/`,
  `${PODS}/p/proxy?dryRun=All`,
  `${CORE}/services/nothing:80/proxy/`,
  `${CORE}/services/nothing:http/proxy/`,
  `${CORE}/services/a:b:c/proxy/`,
  "/api/v1/nodes/nothing:1/proxy/",
  "/api/v1/nodes/a:b:c/proxy/",
  `${CORE}/nodes/n/proxy/`,
];

const OBJECT_VIEW = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
const LIST_VIEW = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

const views: readonly (readonly [ask: BadAsk, type: string])[] = [
  [
    { method: "GET", target: `${WIDGETS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=w1` },
    LIST_VIEW,
  ],
  [{ method: "DELETE", target: `${WIDGETS}?dryRun=All&fieldSelector=metadata.name=w1` }, OBJECT_VIEW],
  [{ method: "GET", target: `${WIDGETS}?fieldSelector=metadata.name=w1` }, OBJECT_VIEW],
  [{ method: "GET", target: `${DEPLOYMENTS}/web/scale` }, LIST_VIEW],
];

function shown({ method, target }: BadAsk): string {
  return `${method} ${target}`;
}

function send(method: string, target: string, body: string): BadCase {
  const ask: BadAsk = { method, target, headers: JSON_TYPE, body };
  return one(`odd: ${shown(ask)} ${body}`, ask);
}

const selectors: readonly string[] = [
  '"labelSelector":{}',
  '"labelSelector":{"rawSelector":"a in"}',
  '"labelSelector":{"rawSelector":"a=b"}',
  '"labelSelector":{"requirements":[{"key":"a b","operator":"Exists"}]}',
  '"labelSelector":{"requirements":[{"key":"a","operator":"Exists","values":["b"]}]}',
  '"labelSelector":{"requirements":[{"key":"a","operator":"In"}]}',
  '"labelSelector":{"requirements":[{"key":"a","operator":"In","values":["b c"]}]}',
  '"labelSelector":{"requirements":[{"key":"a","operator":"x"},{"key":"b","operator":"Exists"}]}',
  '"fieldSelector":{}',
  '"fieldSelector":{"rawSelector":"a"}',
  '"fieldSelector":{"rawSelector":"a=b"}',
  '"fieldSelector":{"requirements":[{"key":"","operator":"x"}]}',
  '"fieldSelector":{"requirements":[{"key":"a","operator":"Exists"}]}',
  '"fieldSelector":{"requirements":[{"key":"a","operator":"In","values":["b","c"]},{"key":"b","operator":"In","values":["c"]}]}',
  '"fieldSelector":{"rawSelector":"a"},"labelSelector":{"rawSelector":"="}',
];

const REVIEWS = "/apis/authorization.k8s.io/v1";

/** Requests that are odd more than wrong: where they go, how they are looked at, what they are shown as. */
export const oddCases: readonly BadCase[] = [
  ...[...paths, ...proxied].map((path) => got(`odd: ${path}`, path)),
  ...[...paths.slice(0, 6), ...proxied.slice(0, 1)].map((target) =>
    one(`odd: ${target} without credentials`, { method: "GET", target, user: "nobody" }),
  ),
  ...["POST", "HEAD", "OPTIONS", "TRACE"].map((method) =>
    one(`odd: ${method} through a proxy`, { method, target: `${PODS}/nothing/proxy/x` }),
  ),
  ...["PUT", "POST", "HEAD"].map((method) =>
    one(`odd: ${method} of a watch`, { method, target: `${WATCHED}/w1?timeoutSeconds=1&resourceVersion=0` }),
  ),
  ...views.map(([ask, type]) =>
    one(`odd: ${shown(ask)} as ${type.slice(20, 45)}`, { ...ask, headers: [["Accept", type]] }),
  ),
  send(
    "POST",
    `${WIDGETS}/other?dryRun=All`,
    '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"x"}}',
  ),
  send("POST", `${CORE}/bindings`, '{"metadata":{"name":"nothing"},"target":{"kind":"Node","name":"n"}}'),
  send("POST", `${CORE}/bindings?dryRun=All`, '{"metadata":{"name":"p"},"target":{"name":"n"}}'),
  send("POST", `${CORE}/bindings`, '{"metadata":{"name":"p"},"target":{"kind":"Pod"}}'),
  send("POST", `${CORE}/bindings`, '{"metadata":{"name":"p","namespace":"other"},"target":{"name":"n"}}'),
  send("POST", `${PODS}/p/binding`, '{"metadata":{"name":"other"},"target":{"name":"n"}}'),
  send("POST", `${PODS}/p/binding?dryRun=All`, '{"metadata":{"name":"p"},"target":{"name":"n"},"unknown":1}'),
  send("POST", `${PODS}/p/binding?fieldValidation=Strict`, '{"metadata":{"name":"p"},"unknown":1}'),
  send(
    "POST",
    `${PODS}/p/eviction?dryRun=All`,
    '{"metadata":{"name":"p"},"unknown":1,"metadata":{"name":"p"}}',
  ),
  send("POST", `${PODS}/p/eviction`, '{"metadata":{"name":"p","namespace":"other"}}'),
  send(
    "PUT",
    `${DEPLOYMENTS}/web/scale?dryRun=All`,
    '{"metadata":{"name":"web"},"spec":{"replicas":1,"unknown":1}}',
  ),
  ...selectors.map((selector) =>
    send(
      "POST",
      `${REVIEWS}/selfsubjectaccessreviews`,
      `{"spec":{"resourceAttributes":{"verb":"list","resource":"pods",${selector}}}}`,
    ),
  ),
  send(
    "POST",
    `${REVIEWS}/namespaces/bad/localsubjectaccessreviews`,
    '{"metadata":{"name":"x","labels":{"a":"b"}},"spec":{"user":"x"}}',
  ),
];

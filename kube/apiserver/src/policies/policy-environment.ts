import {
  AUTHORIZER,
  BOOL,
  type CelType,
  DYN,
  type Environment,
  INT,
  kubernetes,
  listOf,
  mapOf,
  objectOf,
  RESOURCE_CHECK,
  STRING,
  TIMESTAMP,
} from "@weir/cel";

const TEXTS = listOf(STRING);
const LABELS = mapOf(STRING, STRING);

function object(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return objectOf(`kubernetes.${name}`, new Map(Object.entries(fields)));
}

const KIND = object("GroupVersionKind", { group: STRING, version: STRING, kind: STRING });
const RESOURCE = object("GroupVersionResource", { group: STRING, version: STRING, resource: STRING });
const REQUEST = object("AdmissionRequest", {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: object("UserInfo", {
    username: STRING,
    uid: STRING,
    groups: TEXTS,
    extra: mapOf(STRING, TEXTS),
  }),
  dryRun: BOOL,
  options: DYN,
});
const NAMESPACE = object("Namespace", {
  metadata: object("NamespaceMetadata", {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: LABELS,
    annotations: LABELS,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: TEXTS,
  }),
  spec: object("NamespaceSpec", { finalizers: TEXTS }),
  status: object("NamespaceStatus", {
    conditions: listOf(
      object("NamespaceCondition", {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
});

/** The same with other types of objects and parameters. */
export function typedEnvironment(
  names: Iterable<readonly [string, CelType]>,
  variables: ReadonlyMap<string, CelType>,
): Environment {
  return kubernetes([
    ["namespaceObject", NAMESPACE],
    ["request", REQUEST],
    ["variables", objectOf("kubernetes.variables", variables)],
    ...names,
  ]);
}

const AUTHORIZER_NAMES = [
  ["authorizer", AUTHORIZER],
  ["authorizer.requestResource", RESOURCE_CHECK],
] as const;

/** The names that expressions of a policy read. Those of messages ask no authorizer. */
export function policyEnvironment(
  hasParams: boolean,
  variables: ReadonlyMap<string, CelType> | undefined,
  hasAuthorizer = true,
): Environment {
  return kubernetes([
    ["object", DYN],
    ["oldObject", DYN],
    ["namespaceObject", NAMESPACE],
    ["request", REQUEST],
    ...(hasParams ? [["params", DYN] as const] : []),
    ...(hasAuthorizer ? AUTHORIZER_NAMES : []),
    ...(variables === undefined ? [] : [["variables", objectOf("kubernetes.variables", variables)] as const]),
  ]);
}

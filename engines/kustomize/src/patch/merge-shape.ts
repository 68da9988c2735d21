import { BUILTIN_SCOPES } from "../resource/scope.ts";

/** How a value merges: the part of an OpenAPI schema that strategic merge patches look at. */
export interface MergeShape {
  readonly fields?: Readonly<Record<string, MergeShape>>;
  /** The shape of any other field. */
  readonly additional?: MergeShape;
  readonly items?: MergeShape;
  /** Present where the list merges: by these keys, or as a set of scalars when empty. */
  readonly mergeKeys?: readonly string[];
  /** A list whose schema says how to merge in something else than text: upstream panics over it. */
  readonly isBroken?: boolean;
}

/** Finds the shape of a resource by `apiVersion` and `kind`; undefined for kinds without a schema. */
export type ShapeLookup = (apiVersion: string, kind: string) => MergeShape | undefined;

const byName: MergeShape = { mergeKeys: ["name"] };
const byType: MergeShape = { mergeKeys: ["type"] };
const conditions: MergeShape = { fields: { conditions: byType } };

const objectMeta: MergeShape = {
  fields: { finalizers: { mergeKeys: [] }, ownerReferences: { mergeKeys: ["uid"] } },
};

const container: MergeShape = {
  fields: {
    env: byName,
    ports: { mergeKeys: ["containerPort", "protocol"] },
    volumeDevices: { mergeKeys: ["devicePath"] },
    volumeMounts: { mergeKeys: ["mountPath"] },
  },
};

const ephemeralContainer: MergeShape = {
  fields: {
    env: byName,
    volumeDevices: { mergeKeys: ["devicePath"] },
    volumeMounts: { mergeKeys: ["mountPath"] },
  },
};

const claimTemplate: MergeShape = { fields: { metadata: objectMeta } };

const podSpec: MergeShape = {
  fields: {
    containers: { mergeKeys: ["name"], items: container },
    ephemeralContainers: { mergeKeys: ["name"], items: ephemeralContainer },
    hostAliases: { mergeKeys: ["ip"] },
    imagePullSecrets: byName,
    initContainers: { mergeKeys: ["name"], items: container },
    topologySpreadConstraints: { mergeKeys: ["topologyKey", "whenUnsatisfiable"] },
    volumes: {
      mergeKeys: ["name"],
      items: { fields: { ephemeral: { fields: { volumeClaimTemplate: claimTemplate } } } },
    },
  },
};

const podTemplate: MergeShape = { fields: { metadata: objectMeta, spec: podSpec } };
const withTemplate: MergeShape = { fields: { template: podTemplate } };
const claim: MergeShape = { fields: { metadata: objectMeta, status: conditions } };
const jobTemplate: MergeShape = { fields: { metadata: objectMeta, spec: withTemplate } };

function resource(fields: Readonly<Record<string, MergeShape>> = {}): MergeShape {
  return { fields: { metadata: objectMeta, ...fields } };
}

const plain = resource();
const workload = resource({ spec: withTemplate, status: conditions });
const withConditions = resource({ status: conditions });
const webhooks = resource({ webhooks: byName });

/** Shapes by kind, for every version that the built-in schema knows; the other known kinds have only `metadata`. */
const SHAPES: Readonly<Record<string, MergeShape>> = {
  APIService: withConditions,
  ComponentStatus: resource({ conditions: byType }),
  CronJob: resource({ spec: { fields: { jobTemplate } } }),
  CSINode: resource({ spec: { fields: { drivers: byName } } }),
  DaemonSet: workload,
  Deployment: workload,
  Job: workload,
  MutatingWebhookConfiguration: webhooks,
  Namespace: withConditions,
  Node: resource({
    spec: { fields: { podCIDRs: { mergeKeys: [] } } },
    status: { fields: { addresses: byType, conditions: byType } },
  }),
  PersistentVolumeClaim: claim,
  Pod: resource({
    spec: podSpec,
    status: { fields: { conditions: byType, podIPs: { mergeKeys: ["ip"] } } },
  }),
  PodDisruptionBudget: withConditions,
  PodTemplate: resource({ template: podTemplate }),
  ReplicaSet: workload,
  ReplicationController: workload,
  Service: resource({
    spec: { fields: { ports: { mergeKeys: ["port", "protocol"] } } },
    status: conditions,
  }),
  ServiceAccount: resource({ secrets: byName }),
  StatefulSet: resource({
    spec: { fields: { template: podTemplate, volumeClaimTemplates: { items: claim } } },
    status: conditions,
  }),
  ValidatingWebhookConfiguration: webhooks,
};

/** The shapes of the kinds in kustomize's built-in Kubernetes 1.21.2 schema. */
export const builtinShape: ShapeLookup = (apiVersion, kind) => {
  if (!BUILTIN_SCOPES.has(`${apiVersion} ${kind}`)) return undefined;
  return SHAPES[kind] ?? plain;
};

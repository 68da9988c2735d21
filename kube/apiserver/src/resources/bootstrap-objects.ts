import type { JsonObject } from "@weir/core";
import { bootstrapBindings, bootstrapRoles } from "../auth/bootstrap-policy.ts";
import { administrator } from "../auth/user-info.ts";
import { isStatusReason, type KubeObject, type ManagedFieldsEntry } from "@weir/objects";
import type { ApiRequest } from "../http/api-request.ts";
import { formatAddress } from "../services/service-range.ts";
import { createObject } from "../verbs/create.ts";
import { newUid } from "../verbs/identity.ts";
import { bootstrapFields } from "./bootstrap-fields.ts";
import { type Api, type Call, timestamp } from "./call.ts";
import { child, text } from "./draft-access.ts";
import { type Resource, storageKey } from "./resource.ts";

/** Who owns the fields. */
const MANAGER = "kube-apiserver";

interface BootstrapObject {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  readonly object: JsonObject;
}

const namespace = (name: string): BootstrapObject => ({
  group: "",
  version: "v1",
  plural: "namespaces",
  namespace: "",
  object: {
    metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  },
});

/** The Service under which programs in the cluster find the API. */
const kubernetesService = (clusterIP: string): BootstrapObject => ({
  group: "",
  version: "v1",
  plural: "services",
  namespace: "default",
  object: {
    metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      clusterIP,
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
      sessionAffinity: "None",
      type: "ClusterIP",
    },
  },
});

const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];

const priorityClass = (name: string, value: number, description: string): BootstrapObject => ({
  group: "scheduling.k8s.io",
  version: "v1",
  plural: "priorityclasses",
  namespace: "",
  object: {
    metadata: { name, generation: 1 },
    value,
    description,
    preemptionPolicy: "PreemptLowerPriority",
  },
});

const PRIORITY_CLASSES = [
  priorityClass(
    "system-node-critical",
    2_000_001_000,
    "Used for system critical pods that must not be moved from their current node.",
  ),
  priorityClass(
    "system-cluster-critical",
    2_000_000_000,
    "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  ),
];

const rbac = (plural: string, object: JsonObject): BootstrapObject => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural,
  namespace: "",
  object,
});

/** A request that no client made. */
const internalRequest: ApiRequest = {
  method: "POST",
  path: "/",
  query: new URLSearchParams(),
  header: () => undefined,
  headersWithPrefix: () => [],
  readBody: async () => new Uint8Array(),
  signal: new AbortController().signal,
};

/**
 * Writes what every cluster has from its first moment on; what is there already stays.
 *
 * The many that hold nothing but what is said here are composed as they would be stored, and written together: sending
 * each through the checks of a request would take most of the time in which a cluster starts.
 */
export async function createBootstrapObjects(api: Api): Promise<void> {
  const composed = [
    ...NAMESPACES.map(namespace),
    ...PRIORITY_CLASSES,
    // A role that is joined of others has no rules until a loop joins them.
    ...bootstrapRoles().map((role) => rbac("clusterroles", { ...role, rules: role["rules"] ?? null })),
    ...bootstrapBindings().map((binding) => rbac("clusterrolebindings", binding)),
  ];
  await Promise.all(composed.map((each) => writeComposed(api, each)));
  await createOne(api, kubernetesService(formatAddress(api.services.range.first)));
}

async function writeComposed(api: Api, wanted: BootstrapObject): Promise<void> {
  const { resource, key, isThere } = await placeOf(api, wanted);
  if (resource === undefined || isThere) return;
  const { metadata, ...rest } = wanted.object;
  const time = timestamp(api.clock);
  const manager: ManagedFieldsEntry = {
    manager: MANAGER,
    operation: "Update",
    apiVersion: resource.storageVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1: bootstrapFields(wanted.object),
  };
  const object = {
    apiVersion: resource.storageVersion,
    kind: resource.kind,
    metadata: {
      ...(metadata as JsonObject),
      managedFields: [manager],
      uid: newUid(api.random),
      creationTimestamp: time,
    },
    ...rest,
  } as unknown as KubeObject;
  // Whoever was first with this key has written the same.
  await api.store.commit(resource, { key, object, bytes: api.store.encode(resource, object), expected: 0 });
}

/** Where an object belongs, and whether it is there. */
async function placeOf(
  api: Api,
  { group, version, plural, namespace: inside, object }: BootstrapObject,
): Promise<{ readonly resource: Resource | undefined; readonly key: string; readonly isThere: boolean }> {
  const resource = api.registry.find(group, version, plural);
  if (resource === undefined) return { resource, key: "", isThere: false };
  const key = storageKey(resource, inside, text(child(object, "metadata"), "name"));
  return { resource, key, isThere: (await api.store.get(key)) !== undefined };
}

async function createOne(api: Api, wanted: BootstrapObject): Promise<void> {
  const { resource, isThere } = await placeOf(api, wanted);
  if (resource === undefined || isThere) return;
  const { group, version, plural, namespace: inside, object } = wanted;
  const call: Call = {
    api,
    request: internalRequest,
    info: {
      kind: "resource",
      path: "/",
      group,
      version,
      resource: plural,
      subresource: "",
      rest: [],
      namespace: inside,
      name: "",
      verb: "create",
    },
    resource,
    strategy: resource.strategy,
    user: administrator,
    warnings: [],
    emptied: [],
  };
  const draft = resource.applyDefaults(resource.decode(object).object);
  try {
    await createObject(call, draft, {
      isDryRun: false,
      fieldManager: MANAGER,
      fieldValidation: "Ignore",
      force: false,
      tracked: false,
    });
  } catch (error) {
    if (!isStatusReason(error, "AlreadyExists")) throw error;
  }
}

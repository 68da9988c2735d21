import type { JsonObject } from "@weir/core";
import { bootstrapBindings, bootstrapRoles } from "../auth/bootstrap-policy.ts";
import { administrator } from "../auth/user-info.ts";
import { isStatusReason } from "@weir/objects";
import type { ApiRequest } from "../http/api-request.ts";
import { formatAddress } from "../services/service-range.ts";
import { createObject } from "../verbs/create.ts";
import type { Api, Call } from "./call.ts";
import { child, text } from "./draft-access.ts";
import { storageKey } from "./resource.ts";

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
  object: { metadata: { name } },
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

const objects: readonly BootstrapObject[] = [
  namespace("default"),
  namespace("kube-system"),
  namespace("kube-public"),
  namespace("kube-node-lease"),
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

/** Creates what every cluster has from its first moment on; what is there already stays. */
export async function createBootstrapObjects(api: Api): Promise<void> {
  // What does not build on each other is written together: the disk is waited for once.
  const alone = [
    ...objects,
    ...bootstrapRoles().map((role) => rbac("clusterroles", role)),
    ...bootstrapBindings().map((binding) => rbac("clusterrolebindings", binding)),
  ];
  await Promise.all(alone.map((each) => createOne(api, each)));
  await createOne(api, kubernetesService(formatAddress(api.services.range.first)));
}

async function createOne(
  api: Api,
  { group, version, plural, namespace: inside, object }: BootstrapObject,
): Promise<void> {
  const resource = api.registry.find(group, version, plural);
  if (resource === undefined) return;
  const key = storageKey(resource, inside, text(child(object, "metadata"), "name"));
  if ((await api.store.get(key)) !== undefined) return;
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
  };
  const draft = resource.applyDefaults(resource.decode(object).object);
  try {
    await createObject(call, draft, {
      isDryRun: false,
      fieldManager: "kube-apiserver",
      fieldValidation: "Ignore",
      force: false,
      tracked: false,
    });
  } catch (error) {
    if (!isStatusReason(error, "AlreadyExists")) throw error;
  }
}

import { isApiError, type Kind, type KubeClient } from "@weir/client";
import { systemClock, WeirError } from "@weir/core";
import type { Condition, KubeObject } from "@weir/objects";
import type { CustomResourceDefinition } from "@weir/sdk";

const CustomResourceDefinitions: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

/** An API server took a CRD and does not serve it; the message holds its conditions. */
export class CrdNotEstablishedError extends WeirError {
  override readonly name = "CrdNotEstablishedError";
  readonly reason = "CrdNotEstablished";
  readonly retry = "never";

  constructor(crd: string, conditions: readonly Condition[]) {
    const lines = conditions.map(({ type, status, message }) => `${type}=${status}: ${message}`);
    super(`${crd} is not established: ${lines.join("; ") || "it has no conditions"}`);
  }
}

const FIELD_MANAGER = "weir-testenv";
const WITHIN_MS = 20_000;
const EVERY_MS = 5;

/** Applies CRDs and resolves when the API serves all of them. */
export async function installCrds(
  client: KubeClient,
  crds: readonly CustomResourceDefinition[],
): Promise<void> {
  await Promise.all(crds.map((crd) => install(client, crd)));
}

async function install(client: KubeClient, crd: CustomResourceDefinition): Promise<void> {
  const { name } = crd.metadata;
  const object = crd as unknown as KubeObject;
  await client.apply(CustomResourceDefinitions, object, { fieldManager: FIELD_MANAGER, force: true });
  const end = systemClock.monotonic() + WITHIN_MS;
  for (;;) {
    const stored = await client.get(CustomResourceDefinitions, { name });
    const status = (stored?.["status"] ?? {}) as { readonly conditions?: readonly Condition[] | null };
    // Null until the server has looked at it for the first time.
    const conditions = status.conditions ?? [];
    const isEstablished = conditions.some(({ type, status }) => type === "Established" && status === "True");
    if (isEstablished && (await isServed(client, crd))) return;
    if (systemClock.monotonic() >= end) throw new CrdNotEstablishedError(name, conditions);
    await systemClock.sleep(EVERY_MS);
  }
}

/** A server says Established a moment before its handlers serve all versions. */
async function isServed(client: KubeClient, { spec }: CustomResourceDefinition): Promise<boolean> {
  const { group, names, scope } = spec;
  try {
    for (const { name: version, served } of spec.versions) {
      const kind: Kind = { group, version, kind: names.kind, plural: names.plural, scope };
      if (served) await client.list(kind, { limit: 1 });
    }
    return true;
  } catch (error) {
    if (isApiError(error, "NotFound")) return false;
    throw error;
  }
}

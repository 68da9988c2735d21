import {
  type Kustomization as KustomizationObject,
  Kustomization,
  KustomizeAnnotation,
  ownerLabels,
} from "@weir/api";
import { subjectOf } from "@weir/apply";
import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { KustomizationFailedError } from "../kustomization/kustomization-error.ts";

type TextMap = Readonly<Record<string, string>>;

/** The labels by which the objects of a Kustomization are known. */
export function ownerLabelsOf({ metadata }: KustomizationObject): TextMap {
  return ownerLabels(Kustomization.group, { name: metadata.name, namespace: metadata.namespace ?? "" });
}

/**
 * The objects as they are to be on the cluster: built objects with the owner's labels and the common metadata. Documents
 * that are no Kubernetes objects are left out and lists are taken apart, as in Flux.
 *
 * Throws where a Secret is still encrypted: it must not reach the cluster in that form.
 */
export function desiredObjects(
  built: readonly JsonObject[],
  owner: KustomizationObject,
): readonly KubeObject[] {
  const { labels = {}, annotations = {} } = owner.spec.commonMetadata ?? {};
  const objects = built.flatMap(kubeObjectsOf);
  const desired = objects.map((object) =>
    withMetadata(object, { labels: { ...ownerLabelsOf(owner), ...labels }, annotations }),
  );
  const encrypted = desired.find(isEncrypted);
  if (encrypted === undefined) return desired;
  throw new KustomizationFailedError(
    "ReconciliationFailed",
    `${subjectOf(encrypted)} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`,
  );
}

function kubeObjectsOf(built: JsonObject): readonly KubeObject[] {
  const { items } = built;
  if (Array.isArray(items)) return items.filter(isJsonObject).map((item) => item as unknown as KubeObject);
  const object = built as unknown as KubeObject;
  const isKustomizeFile =
    object.kind.toLowerCase() === "kustomization" && object.apiVersion.startsWith("kustomize.config.k8s.io/");
  return isKustomizeFile ? [] : [object];
}

function withMetadata(
  object: KubeObject,
  added: { readonly labels: TextMap; readonly annotations: TextMap },
): KubeObject {
  const { labels, annotations, ...rest } = object.metadata;
  const allAnnotations = { ...annotations, ...added.annotations };
  const metadata = {
    ...rest,
    labels: { ...labels, ...added.labels },
    ...(Object.keys(allAnnotations).length === 0 ? {} : { annotations: allAnnotations }),
  };
  return { ...object, metadata };
}

function isEncrypted(object: KubeObject): boolean {
  if (object.kind !== "Secret" || object.apiVersion !== "v1" || !Object.hasOwn(object, "sops")) return false;
  const mark = object.metadata.annotations?.[KustomizeAnnotation.decrypt] ?? "";
  return mark.toLowerCase() !== "disabled";
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import type { JsonObject } from "@weir/core";
import { compareQuantities } from "@weir/text";
import { asJson, child, metaOf, strings, text } from "../../resources/draft-access.ts";
import type { Draft } from "../../resources/resource.ts";
import type { FollowedObjects } from "./followed-objects.ts";
import { type AdmissionPlugin, creates, type PluginWrite, refuse } from "./plugin.ts";
import { amountsOf } from "./pod-resources.ts";

const CLAIMS = "/core/persistentvolumeclaims/";
const DEFAULT = "storageclass.kubernetes.io/is-default-class";
const BETA_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class";
const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

/** The newest object that says it is the default of its kind; of equally old ones the first by name. */
export function newestDefault(
  objects: readonly JsonObject[],
  annotations: readonly string[],
): string | undefined {
  let newest: JsonObject | undefined;
  for (const object of objects) {
    const metadata = child(object, "metadata");
    const said = child(metadata, "annotations") ?? {};
    if (!annotations.some((annotation) => said[annotation] === "true")) continue;
    if (newest === undefined || text(metadata, "creationTimestamp") > text(newest, "creationTimestamp"))
      newest = metadata;
  }
  return newest && text(newest, "name");
}

/** Gives claims that name no StorageClass the default one. */
export function defaultStorageClass(classes: FollowedObjects): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    prefixes: [CLAIMS],
    mutate({ request, object }) {
      if (!creates(request) || hasClass(object)) return;
      const name = newestDefault(classes.in(""), [DEFAULT, BETA_DEFAULT]);
      if (name !== undefined) object["spec"] = { ...child(object, "spec"), storageClassName: name };
    },
  };
}

function hasClass(claim: JsonObject): boolean {
  const annotations = child(child(claim, "metadata"), "annotations") ?? {};
  return (
    Object.hasOwn(annotations, BETA_CLASS) || typeof child(claim, "spec")?.["storageClassName"] === "string"
  );
}

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: "kubernetes.io/pv-protection",
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
  volumeattributesclasses: "kubernetes.io/vac-protection",
};

/** A volume or claim does not go while somebody uses it. */
export const storageProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  prefixes: ["/core/persistentvolumes/", CLAIMS, "/storage.k8s.io/volumeattributesclasses/"],
  mutate({ request, object }) {
    if (creates(request)) protect(object, FINALIZERS[request.resource.plural] ?? "");
  },
};

function protect(object: Draft, finalizer: string): void {
  const metadata = metaOf(object);
  const finalizers = strings(metadata, "finalizers");
  if (!finalizers.includes(finalizer)) metadata["finalizers"] = [...finalizers, finalizer];
}

/** A claim grows only where it is bound and its class lets it. */
export function claimResize(classes: FollowedObjects): AdmissionPlugin {
  return {
    name: "PersistentVolumeClaimResize",
    prefixes: [CLAIMS],
    validate(write) {
      const { request, object, old } = write;
      if (request.operation !== "update" || request.subresource !== "" || old === undefined) return;
      if (!grows(write)) return;
      if (text(child(asJson(old), "status"), "phase") !== "Bound")
        throw refuse(request, object, "Only bound persistent volume claims can be expanded");
      const name = classNameOf(object);
      const allows =
        name === classNameOf(asJson(old)) && classes.find(name)?.["allowVolumeExpansion"] === true;
      if (allows) return;
      throw refuse(
        request,
        object,
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
      );
    },
  };
}

function grows({ object, old }: PluginWrite): boolean {
  const size = (claim: JsonObject) =>
    amountsOf(child(child(child(claim, "spec"), "resources"), "requests")).get("storage");
  const [before, after] = [old === undefined ? undefined : size(asJson(old)), size(object)];
  return before !== undefined && after !== undefined && compareQuantities(after, before) > 0;
}

function classNameOf(claim: JsonObject): string {
  const annotations = child(child(claim, "metadata"), "annotations") ?? {};
  const beta = annotations[BETA_CLASS];
  return typeof beta === "string" ? beta : text(child(claim, "spec"), "storageClassName");
}

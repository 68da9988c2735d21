import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import { needs } from "../../validation/pod/needed-fields.ts";
import { sourceErrors } from "../../validation/pod/volume-sources.ts";
import { child, isDraft, text } from "../draft-access.ts";
import { csiDriverNameErrors } from "./csi-names.ts";
import { iscsiErrors } from "./iscsi-errors.ts";

/** Whose source it is. */
export interface SourceOwner {
  /** The volume's name; empty where the volume is a part of an attachment. */
  readonly name: string;
  readonly hasAffinity: boolean;
}

type SourceErrors = (source: JsonObject, field: string, owner: SourceOwner) => readonly FieldError[];

/** Sources that a volume has as a Pod has them, by their names there. */
function asInPod(name: string): SourceErrors {
  return (source, field) => sourceErrors[name]?.(source, field) ?? [];
}

/** The sources of a volume in the order in which upstream looks at them. */
const SOURCES: Readonly<Record<string, SourceErrors>> = {
  hostPath: asInPod("hostPath"),
  gcePersistentDisk: (source, field) =>
    sourceErrors["gcePersistentDisk"]?.(source, field.replace("gcePersistentDisk", "persistentDisk")) ?? [],
  awsElasticBlockStore: asInPod("awsElasticBlockStore"),
  glusterfs: glusterErrors,
  flocker: asInPod("flocker"),
  nfs: asInPod("nfs"),
  rbd: asInPod("rbd"),
  quobyte: asInPod("quobyte"),
  cephfs: asInPod("cephfs"),
  iscsi: (source, field, { name }) => iscsiErrors(source, field, name),
  cinder: (source, field) => [...needs(source, field, ["volumeID"]), ...placedSecret(source, field)],
  fc: asInPod("fc"),
  flexVolume: asInPod("flexVolume"),
  azureFile(source, field) {
    const isEmpty = source["secretNamespace"] === "";
    const errors = sourceErrors["azureFile"]?.(source, field) ?? [];
    return isEmpty ? [...errors, requiredField(`${field}.secretNamespace`)] : errors;
  },
  vsphereVolume: asInPod("vsphereVolume"),
  photonPersistentDisk: asInPod("photonPersistentDisk"),
  portworxVolume: asInPod("portworxVolume"),
  azureDisk: asInPod("azureDisk"),
  scaleIO: asInPod("scaleIO"),
  local: localErrors,
  storageos: storageOsErrors,
  csi: csiErrors,
};

const NAMES = Object.keys(SOURCES);

/** What is wrong with where a volume lies: it has exactly one source. */
export function persistentSourceErrors(
  spec: JsonObject,
  field: string,
  owner: SourceOwner,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const name of NAMES) {
    const source = spec[name];
    if (!isDraft(source)) continue;
    // Upstream counts a flexVolume, but takes it beside another source.
    if (count > 0 && name !== "flexVolume") {
      const shown = name === "cephfs" ? "cephFS" : name;
      errors.push(forbiddenField(`${field}.${shown}`, "may not specify more than 1 volume type"));
      continue;
    }
    count += 1;
    errors.push(...(SOURCES[name]?.(source, `${field}.${name}`, owner) ?? []));
  }
  if (count === 0) errors.push(requiredField(field, "must specify a volume type"));
  return errors;
}

/** The source of a volume as it is, without what else a spec says. */
export function persistentSourceOf(spec: JsonObject): JsonObject {
  return Object.fromEntries(NAMES.flatMap((name) => (isDraft(spec[name]) ? [[name, spec[name]]] : [])));
}

function glusterErrors(source: JsonObject, field: string): readonly FieldError[] {
  const namespace = source["endpointsNamespace"];
  const errors = needs(source, field, ["endpoints", "path"]);
  if (typeof namespace !== "string") return errors;
  const at = `${field}.endpointsNamespace`;
  const why =
    namespace === ""
      ? ["if the endpointnamespace is set, it must be a valid namespace name"]
      : dns1123Label(namespace, false);
  return [...errors, ...why.map((detail) => invalidField(at, namespace, detail))];
}

function placedSecret(source: JsonObject, field: string): readonly FieldError[] {
  const secret = child(source, "secretRef");
  return secret === undefined ? [] : needs(secret, `${field}.secretRef`, ["name", "namespace"]);
}

function localErrors(source: JsonObject, field: string, { hasAffinity }: SourceOwner): readonly FieldError[] {
  const path = text(source, "path");
  const errors: FieldError[] = [];
  if (path === "") errors.push(requiredField(`${field}.path`));
  else if (path.split("/").includes(".."))
    errors.push(invalidField(`${field}.path`, path, "must not contain '..'"));
  if (hasAffinity) return errors;
  const at = field.replace(/local$/, "nodeAffinity");
  return [...errors, requiredField(at, "Local volume requires node affinity")];
}

function storageOsErrors(source: JsonObject, field: string): readonly FieldError[] {
  const labels = ["volumeName", "volumeNamespace"].flatMap((name) => {
    const value = text(source, name);
    if (value === "") return name === "volumeName" ? [requiredField(`${field}.${name}`)] : [];
    return dns1123Label(value, false).map((why) => invalidField(`${field}.${name}`, value, why));
  });
  return [...labels, ...placedSecret(source, field)];
}

const CSI_SECRETS = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeExpandSecretRef",
];

function csiErrors(source: JsonObject, field: string): readonly FieldError[] {
  const errors = [
    ...csiDriverNameErrors(text(source, "driver"), `${field}.driver`),
    ...needs(source, field, ["volumeHandle"]),
  ];
  for (const name of CSI_SECRETS) {
    const secret = child(source, name);
    if (secret === undefined) continue;
    const at = `${field}.${name}`;
    errors.push(...nameErrors(secret, "name", at), ...nameErrors(secret, "namespace", at));
  }
  return errors;
}

function nameErrors(secret: JsonObject, key: "name" | "namespace", field: string): readonly FieldError[] {
  const value = text(secret, key);
  const at = `${field}.${key}`;
  if (value === "") return [requiredField(at)];
  const rule = key === "name" ? dns1123Subdomain : dns1123Label;
  return rule(value, false).map((why) => invalidField(at, value, why));
}

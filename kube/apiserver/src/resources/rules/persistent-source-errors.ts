import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import { sourceErrors } from "../../validation/pod/volume-sources.ts";
import { child, isDraft, number, strings, text } from "../draft-access.ts";
import { csiDriverNameErrors } from "./csi-names.ts";
import { iscsiErrors } from "./iscsi-errors.ts";

/** Whose source it is. */
export interface SourceOwner {
  /** The volume's name; empty where the volume is a part of an attachment. */
  readonly name: string;
  readonly hasAffinity: boolean;
}

type SourceErrors = (source: JsonObject, field: string, owner: SourceOwner) => readonly FieldError[];

function needs(source: JsonObject, field: string, ...names: readonly string[]): readonly FieldError[] {
  return names.filter((name) => text(source, name) === "").map((name) => requiredField(`${field}.${name}`));
}

/** The sources of a volume in the order in which upstream looks at them. */
const SOURCES: Readonly<Record<string, SourceErrors>> = {
  hostPath: (source, field) => sourceErrors["hostPath"]?.(source, field) ?? [],
  gcePersistentDisk: (source, field) =>
    diskErrors(source, field.replace("gcePersistentDisk", "persistentDisk"), "pdName"),
  awsElasticBlockStore: (source, field) => diskErrors(source, field, "volumeID"),
  glusterfs: glusterErrors,
  flocker: flockerErrors,
  nfs: (source, field) => sourceErrors["nfs"]?.(source, field) ?? [],
  rbd: (source, field) => [...needsList(source, field, "monitors"), ...needs(source, field, "image")],
  quobyte: quobyteErrors,
  cephfs: (source, field) => needsList(source, field, "monitors"),
  iscsi: (source, field, { name }) => iscsiErrors(source, field, name),
  cinder: (source, field) => [...needs(source, field, "volumeID"), ...placedSecret(source, field)],
  fc: fibreErrors,
  flexVolume: flexErrors,
  azureFile(source, field) {
    const isEmpty = source["secretNamespace"] === "";
    const errors = needs(source, field, "secretName", "shareName");
    return isEmpty ? [...errors, requiredField(`${field}.secretNamespace`)] : errors;
  },
  vsphereVolume: (source, field) => needs(source, field, "volumePath"),
  photonPersistentDisk: (source, field) => needs(source, field, "pdID"),
  portworxVolume: (source, field) => needs(source, field, "volumeID"),
  azureDisk: azureDiskErrors,
  scaleIO: (source, field) => needs(source, field, "gateway", "system", "volumeName"),
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

function needsList(source: JsonObject, field: string, name: string): readonly FieldError[] {
  return strings(source, name).length === 0 ? [requiredField(`${field}.${name}`)] : [];
}

function diskErrors(source: JsonObject, field: string, name: string): readonly FieldError[] {
  const partition = number(source, "partition") ?? 0;
  const errors = needs(source, field, name);
  if (partition >= 0 && partition <= 255) return errors;
  return [...errors, invalidField(`${field}.partition`, partition, "must be between 1 and 255, inclusive")];
}

function glusterErrors(source: JsonObject, field: string): readonly FieldError[] {
  const namespace = source["endpointsNamespace"];
  const errors = needs(source, field, "endpoints", "path");
  if (typeof namespace !== "string") return errors;
  const at = `${field}.endpointsNamespace`;
  const why =
    namespace === ""
      ? ["if the endpointnamespace is set, it must be a valid namespace name"]
      : dns1123Label(namespace, false);
  return [...errors, ...why.map((detail) => invalidField(at, namespace, detail))];
}

function flockerErrors(source: JsonObject, field: string): readonly FieldError[] {
  const name = text(source, "datasetName");
  const uuid = text(source, "datasetUUID");
  const errors: FieldError[] = [];
  if (name === "" && uuid === "")
    errors.push(requiredField(field, "one of datasetName and datasetUUID is required"));
  if (name !== "" && uuid !== "") {
    const detail = "datasetName and datasetUUID can not be specified simultaneously";
    errors.push(invalidField(field, "resource", detail));
  }
  if (name.includes("/")) errors.push(invalidField(`${field}.datasetName`, name, "must not contain '/'"));
  return errors;
}

const PAIRS = "must be a host:port pair or multiple pairs separated by commas";

function quobyteErrors(source: JsonObject, field: string): readonly FieldError[] {
  const registry = text(source, "registry");
  const errors: FieldError[] = [];
  if (registry === "") errors.push(requiredField(`${field}.registry`, PAIRS));
  else if (text(source, "tenant").length >= 65) {
    const detail = "must be a UUID and may not exceed a length of 64 characters";
    errors.push(requiredField(`${field}.tenant`, detail));
  } else
    for (const pair of registry.split(","))
      if (!isHostAndPort(pair)) errors.push(invalidField(`${field}.registry`, registry, PAIRS));
  return [...errors, ...needs(source, field, "volume")];
}

/** As Go's net.SplitHostPort takes it: the last colon parts them, and a host with colons stands in brackets. */
function isHostAndPort(pair: string): boolean {
  const at = pair.lastIndexOf(":");
  if (at < 0) return false;
  const host = pair.slice(0, at);
  if (host.startsWith("[")) return host.indexOf("]") === host.length - 1 && !host.slice(1).includes("[");
  return !/[:[\]]/.test(host) && !/[[\]]/.test(pair.slice(at));
}

function placedSecret(source: JsonObject, field: string): readonly FieldError[] {
  const secret = child(source, "secretRef");
  return secret === undefined ? [] : needs(secret, `${field}.secretRef`, "name", "namespace");
}

function fibreErrors(source: JsonObject, field: string): readonly FieldError[] {
  const targets = strings(source, "targetWWNs");
  const ids = strings(source, "wwids");
  const at = `${field}.targetWWNs`;
  const errors: FieldError[] = [];
  if (targets.length === 0 && ids.length === 0)
    errors.push(requiredField(at, "must specify either targetWWNs or wwids, but not both"));
  if (targets.length > 0 && ids.length > 0)
    errors.push(invalidField(at, targets, "targetWWNs and wwids can not be specified simultaneously"));
  if (targets.length === 0) return errors;
  const unit = number(source, "lun");
  if (unit === undefined)
    errors.push(requiredField(`${field}.lun`, "lun is required if targetWWNs is specified"));
  else if (unit < 0 || unit > 255)
    errors.push(invalidField(`${field}.lun`, unit, "must be between 0 and 255, inclusive"));
  return errors;
}

function flexErrors(source: JsonObject, field: string): readonly FieldError[] {
  const reserved = Object.keys(child(source, "options") ?? {}).filter((key) =>
    /\.(?:kubernetes|k8s)\.io$/.test(`.${(key.split("/")[0] ?? "").toLowerCase()}`),
  );
  const detail = "kubernetes.io and k8s.io namespaces are reserved";
  return [
    ...needs(source, field, "driver"),
    ...reserved.map((key) => invalidField(`${field}.options[${key}]`, key, detail)),
  ];
}

const CACHES = ["None", "ReadOnly", "ReadWrite"];
const DISKS = ["Dedicated", "Managed", "Shared"];
const MANAGED =
  "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const BLOB = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

function azureDiskErrors(source: JsonObject, field: string): readonly FieldError[] {
  const errors = [...needs(source, field, "diskName", "diskURI")];
  const caching = source["cachingMode"];
  const kind = source["kind"];
  const uri = text(source, "diskURI");
  if (typeof caching === "string" && !CACHES.includes(caching))
    errors.push(unsupportedField(`${field}.cachingMode`, caching, CACHES));
  if (typeof kind !== "string") return errors;
  if (!DISKS.includes(kind)) errors.push(unsupportedField(`${field}.kind`, kind, DISKS));
  const [start, shown] = kind === "Managed" ? ["/subscriptions/", MANAGED] : ["https://", BLOB];
  if (!uri.startsWith(start)) errors.push(unsupportedField(`${field}.diskURI`, uri, [shown]));
  return errors;
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
    ...needs(source, field, "volumeHandle"),
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

import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, integer, list, strings, text } from "../../resources/draft-access.ts";
import { dns1123Label } from "../names.ts";
import { needs } from "./needed-fields.ts";
import { descendingErrors } from "./paths.ts";

/** What is wrong with one source of a volume; some are looked at otherwise where they are a template's. */
export type SourceErrors = (source: JsonObject, field: string, isPod?: boolean) => readonly FieldError[];

/** Sources of volumes that come from elsewhere, or from long ago. */
export const rareSourceErrors: Readonly<Record<string, SourceErrors>> = {
  gitRepo: (source, field) => [
    ...needs(source, field, ["repository"]),
    ...descendingErrors(text(source, "directory"), `${field}.directory`),
  ],
  gcePersistentDisk: (source, field) => [
    ...needs(source, field, ["pdName"]),
    ...partitionErrors(source, field),
  ],
  awsElasticBlockStore: (source, field) => [
    ...needs(source, field, ["volumeID"]),
    ...partitionErrors(source, field),
  ],
  iscsi: iscsiErrors,
  glusterfs: (source, field) => needs(source, field, ["endpoints", "path"]),
  flocker: flockerErrors,
  rbd: (source, field) => [...needsSome(source, field, "monitors"), ...needs(source, field, ["image"])],
  cinder: (source, field) => [...needs(source, field, ["volumeID"]), ...secretErrors(source, field)],
  cephfs: (source, field) => needsSome(source, field, "monitors"),
  quobyte: quobyteErrors,
  fc: channelErrors,
  flexVolume: (source, field) => [...needs(source, field, ["driver"]), ...optionErrors(source, field)],
  azureFile: (source, field) => needs(source, field, ["secretName", "shareName"]),
  azureDisk: azureDiskErrors,
  vsphereVolume: (source, field) => needs(source, field, ["volumePath"]),
  photonPersistentDisk: (source, field) => needs(source, field, ["pdID"]),
  portworxVolume: (source, field) => needs(source, field, ["volumeID"]),
  scaleIO: (source, field) => needs(source, field, ["gateway", "system", "volumeName"]),
  storageos: storageErrors,
};

function needsSome(source: JsonObject, field: string, name: string): readonly FieldError[] {
  return list(source, name).length > 0 ? [] : [requiredField(`${field}.${name}`)];
}

function partitionErrors(source: JsonObject, field: string): readonly FieldError[] {
  const partition = integer(source, "partition") ?? 0;
  if (partition >= 0 && partition <= 255) return [];
  return [invalidField(`${field}.partition`, partition, "must be between 1 and 255, inclusive")];
}

function unitErrors(unit: number | bigint, field: string): readonly FieldError[] {
  if (unit >= 0 && unit <= 255) return [];
  return [invalidField(`${field}.lun`, unit, "must be between 0 and 255, inclusive")];
}

function secretErrors(source: JsonObject, field: string): readonly FieldError[] {
  const secret = child(source, "secretRef");
  return secret === undefined ? [] : needs(secret, `${field}.secretRef`, ["name"]);
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]+:[^,;*&$|\t\n\f\r ]+$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

function initiatorErrors(name: string, field: string): readonly FieldError[] {
  const format = FORMATS[name.slice(0, 3)];
  if (format === undefined)
    return [invalidField(field, name, "must be valid format starting with iqn, eui, or naa")];
  return format.test(name) ? [] : [invalidField(field, name, "must be valid format")];
}

function iscsiErrors(source: JsonObject, field: string): readonly FieldError[] {
  const name = text(source, "iqn");
  const initiator = source["initiatorName"];
  const isChecked = source["chapAuthDiscovery"] === true || source["chapAuthSession"] === true;
  return [
    ...needs(source, field, ["targetPortal", "iqn"]),
    ...(name === "" ? [] : initiatorErrors(name, `${field}.iqn`)),
    ...unitErrors(integer(source, "lun") ?? 0, field),
    ...(isChecked && child(source, "secretRef") === undefined ? [requiredField(`${field}.secretRef`)] : []),
    ...(typeof initiator === "string" ? initiatorErrors(initiator, `${field}.initiatorname`) : []),
  ];
}

function flockerErrors(source: JsonObject, field: string): readonly FieldError[] {
  const [name, uuid] = [text(source, "datasetName"), text(source, "datasetUUID")];
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
  } else {
    for (const pair of registry.split(","))
      if (!isHostAndPort(pair)) errors.push(invalidField(`${field}.registry`, registry, PAIRS));
  }
  return [...errors, ...needs(source, field, ["volume"])];
}

/** `host:port` or `[host]:port`, as Go splits them; either may be empty. */
function isHostAndPort(pair: string): boolean {
  return /^(?:\[[^[\]]*\]|[^[\]:]*):[^[\]:]*$/.test(pair);
}

function channelErrors(source: JsonObject, field: string): readonly FieldError[] {
  const names = strings(source, "targetWWNs");
  const ids = strings(source, "wwids");
  const unit = integer(source, "lun");
  const at = `${field}.targetWWNs`;
  const errors: FieldError[] = [];
  if (names.length === 0 && ids.length === 0)
    errors.push(requiredField(at, "must specify either targetWWNs or wwids, but not both"));
  if (names.length > 0 && ids.length > 0)
    errors.push(invalidField(at, [...names], "targetWWNs and wwids can not be specified simultaneously"));
  if (names.length === 0) return errors;
  if (unit === undefined)
    return [...errors, requiredField(`${field}.lun`, "lun is required if targetWWNs is specified")];
  return [...errors, ...unitErrors(unit, field)];
}

function optionErrors(source: JsonObject, field: string): readonly FieldError[] {
  return Object.keys(child(source, "options") ?? {}).flatMap((key) => {
    const domain = `.${(key.split("/", 1)[0] ?? "").toLowerCase()}`;
    if (!domain.endsWith(".kubernetes.io") && !domain.endsWith(".k8s.io")) return [];
    const detail = "kubernetes.io and k8s.io namespaces are reserved";
    return [invalidField(`${field}.options[${key}]`, key, detail)];
  });
}

const CACHINGS = ["None", "ReadOnly", "ReadWrite"];
const DISKS = ["Dedicated", "Managed", "Shared"];
const MANAGED =
  "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const BLOB = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

function azureDiskErrors(source: JsonObject, field: string): readonly FieldError[] {
  const { cachingMode, kind } = source;
  const uri = text(source, "diskURI");
  const errors = [...needs(source, field, ["diskName", "diskURI"])];
  if (typeof cachingMode === "string" && !CACHINGS.includes(cachingMode))
    errors.push(unsupportedField(`${field}.cachingMode`, cachingMode, CACHINGS));
  if (typeof kind !== "string") return errors;
  if (!DISKS.includes(kind)) errors.push(unsupportedField(`${field}.kind`, kind, DISKS));
  const [start, supported] = kind === "Managed" ? ["/subscriptions/", MANAGED] : ["https://", BLOB];
  if (!uri.startsWith(start)) errors.push(unsupportedField(`${field}.diskURI`, uri, [supported]));
  return errors;
}

function storageErrors(source: JsonObject, field: string): readonly FieldError[] {
  const [name, namespace] = [text(source, "volumeName"), text(source, "volumeNamespace")];
  const labelled = (value: string, at: string): readonly FieldError[] =>
    dns1123Label(value, false).map((why) => invalidField(at, value, why));
  return [
    ...(name === "" ? [requiredField(`${field}.volumeName`)] : labelled(name, `${field}.volumeName`)),
    ...(namespace === "" ? [] : labelled(namespace, `${field}.volumeNamespace`)),
    ...secretErrors(source, field),
  ];
}

import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { children, child, text } from "../../resources/draft-access.ts";
import { dns1123Label, dns1123Subdomain } from "../names.ts";
import type { PodOptions } from "./pod-options.ts";
import { ephemeralErrors } from "./ephemeral-volume.ts";
import { sourceErrors } from "./volume-sources.ts";

/** The order in which upstream looks at the sources of a volume. */
const ORDER = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
];

/** How upstream spells a source that is one too many, and one that is looked at. */
const SPELT: Readonly<Record<string, string>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };
const SHOWN: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

/** What is wrong with volumes, and which of them may be mounted. */
export interface Volumes {
  readonly errors: readonly FieldError[];
  readonly named: ReadonlyMap<string, JsonObject>;
}

/** Looks at the volumes of a Pod; one that is wrong is none that could be mounted. */
export function checkVolumes(spec: JsonObject, field: string, options: PodOptions): Volumes {
  const named = new Map<string, JsonObject>();
  const volumes = children(spec, "volumes");
  const owner = text(options.metadata, "name");
  const claims = volumes
    .filter((volume) => owner !== "" && child(volume, "ephemeral") !== undefined)
    .map((volume) => `${owner}-${text(volume, "name")}`);
  const errors = volumes.flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const name = text(volume, "name");
    const wrong = [...volumeSourceErrors(volume, at, options), ...nameErrors(name, `${at}.name`)];
    if (named.has(name)) wrong.push(duplicateField(`${at}.name`, name));
    if (wrong.length === 0) named.set(name, volume);
    const claim = text(child(volume, "persistentVolumeClaim"), "claimName");
    if (child(volume, "persistentVolumeClaim") !== undefined && claims.includes(claim)) {
      const detail = "must not reference a PVC that gets created for an ephemeral volume";
      wrong.push(invalidField(`${at}.persistentVolumeClaim.claimName`, claim, detail));
    }
    return wrong;
  });
  return { errors, named };
}

function volumeSourceErrors(volume: JsonObject, at: string, options: PodOptions): readonly FieldError[] {
  const [first, ...others] = ORDER.filter((name) => child(volume, name) !== undefined);
  if (first === undefined) return [requiredField(at, "must specify a volume type")];
  const source = child(volume, first) ?? {};
  const field = `${at}.${SHOWN[first] ?? first}`;
  const errors = [...(sourceErrors[first]?.(source, field, options.isPod) ?? [])];
  if (first === "ephemeral")
    errors.push(...ephemeralErrors(source, field), ...claimNameErrors(volume, at, options));
  for (const name of others)
    errors.push(forbiddenField(`${at}.${SPELT[name] ?? name}`, "may not specify more than 1 volume type"));
  return [...errors, ...portalErrors(volume, at)];
}

/** Upstream's message about a portal comes in its place, which is the last unless there are other sources after it. */
function portalErrors(volume: JsonObject, at: string): readonly FieldError[] {
  const source = child(volume, "iscsi");
  const name = text(volume, "name");
  if (source === undefined || typeof source["initiatorName"] !== "string") return [];
  if (Buffer.byteLength(`${name}:${text(source, "targetPortal")}`) <= 64) return [];
  const detail =
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
  return [invalidField(`${at}.name`, name, detail)];
}

/** The claim of an ephemeral volume is named after the Pod and the volume. */
function claimNameErrors(volume: JsonObject, at: string, { metadata }: PodOptions): readonly FieldError[] {
  const [pod, name] = [text(metadata, "name"), text(volume, "name")];
  if (pod === "" || name === "") return [];
  const claim = `${pod}-${name}`;
  return dns1123Subdomain(claim, false).map((why) =>
    invalidField(`${at}.name`, name, `PVC name ${JSON.stringify(claim)}: ${why}`),
  );
}

function nameErrors(name: string, field: string): readonly FieldError[] {
  if (name === "") return [requiredField(field)];
  return dns1123Label(name, false).map((why) => invalidField(field, name, why));
}

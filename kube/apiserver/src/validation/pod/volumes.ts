import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { children, child, text } from "../../resources/draft-access.ts";
import { dns1123Label } from "../names.ts";
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

/** How upstream spells a source that is one too many. */
const SPELT: Readonly<Record<string, string>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };

/** What is wrong with volumes, and which of them may be mounted. */
export interface Volumes {
  readonly errors: readonly FieldError[];
  readonly named: ReadonlyMap<string, JsonObject>;
}

/** Looks at the volumes of a Pod; one that is wrong is none that could be mounted. */
export function checkVolumes(spec: JsonObject, field: string): Volumes {
  const named = new Map<string, JsonObject>();
  const errors = children(spec, "volumes").flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const name = text(volume, "name");
    const wrong = [...volumeSourceErrors(volume, at), ...nameErrors(name, `${at}.name`)];
    if (named.has(name)) wrong.push(duplicateField(`${at}.name`, name));
    if (wrong.length === 0) named.set(name, volume);
    return wrong;
  });
  return { errors, named };
}

function volumeSourceErrors(volume: JsonObject, at: string): readonly FieldError[] {
  const [first, ...others] = ORDER.filter((name) => child(volume, name) !== undefined);
  if (first === undefined) return [requiredField(at, "must specify a volume type")];
  return [
    ...(sourceErrors[first]?.(child(volume, first) ?? {}, `${at}.${first}`) ?? []),
    ...others.map((name) =>
      forbiddenField(`${at}.${SPELT[name] ?? name}`, "may not specify more than 1 volume type"),
    ),
  ];
}

function nameErrors(name: string, field: string): readonly FieldError[] {
  if (name === "") return [requiredField(field)];
  return dns1123Label(name, false).map((why) => invalidField(field, name, why));
}

import type { JsonObject } from "@weir/core";
import {
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { compareQuantities, parseQuantity, quantityFromJson } from "@weir/text";
import { child, children, integer, text } from "../../resources/draft-access.ts";
import { dns1123Subdomain } from "../names.ts";
import { fieldRefErrors, resourceRefErrors, volumeFields } from "./downward.ts";
import { modeErrors, needs } from "./needed-fields.ts";
import { fileErrors, upwardErrors } from "./paths.ts";
import { rareSourceErrors, type SourceErrors } from "./rare-volume-sources.ts";

/** What is wrong with a source of a volume, by its name. */
export const sourceErrors: Readonly<Record<string, SourceErrors>> = {
  ...rareSourceErrors,
  emptyDir(source, field) {
    const limit = source["sizeLimit"];
    if (limit === undefined || compareQuantities(quantityFromJson(limit), parseQuantity("0")) >= 0) return [];
    return [forbiddenField(`${field}.sizeLimit`, "SizeLimit field must be a valid resource quantity")];
  },
  hostPath: hostPathErrors,
  secret: (source, field) => [
    ...needs(source, field, ["secretName"]),
    ...modeErrors(source, "defaultMode", field),
    ...itemErrors(source, field),
  ],
  nfs(source, field) {
    const path = text(source, "path");
    return [
      ...needs(source, field, ["server", "path"]),
      ...(path.startsWith("/") ? [] : [invalidField(`${field}.path`, path, "must be an absolute path")]),
    ];
  },
  persistentVolumeClaim: (source, field) => needs(source, field, ["claimName"]),
  downwardAPI: (source, field) => [
    ...modeErrors(source, "defaultMode", field),
    // Upstream names the volume and not the file.
    ...children(source, "items").flatMap((file) => downwardFileErrors(file, field)),
  ],
  configMap: (source, field) => [
    ...needs(source, field, ["name"]),
    ...modeErrors(source, "defaultMode", field),
    ...itemErrors(source, field),
  ],
  projected: (source, field) => [
    ...modeErrors(source, "defaultMode", field),
    ...projectionErrors(source, field),
  ],
  csi: csiErrors,
  image: (source, field, isPod = true) => [
    ...(isPod ? needs(source, field, ["reference"]) : []),
    ...pullErrors(text(source, "pullPolicy"), `${field}.pullPolicy`),
  ],
};

const HOST_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

function hostPathErrors(source: JsonObject, field: string): readonly FieldError[] {
  const path = text(source, "path");
  if (path === "") return [requiredField(`${field}.path`)];
  const type = text(source, "type");
  const isKnown = HOST_TYPES.includes(type);
  return [
    ...upwardErrors(path, `${field}.path`),
    ...(isKnown ? [] : [unsupportedField(`${field}.type`, type, HOST_TYPES)]),
  ];
}

const PULLS = ["Always", "IfNotPresent", "Never"];

/** What is wrong with when an image is fetched. */
export function pullErrors(policy: string, field: string): readonly FieldError[] {
  if (policy === "") return [requiredField(field)];
  return PULLS.includes(policy) ? [] : [unsupportedField(field, policy, PULLS)];
}

function itemErrors(source: JsonObject, field: string): readonly FieldError[] {
  return children(source, "items").flatMap((item, index) => oneItemErrors(item, `${field}.items[${index}]`));
}

function oneItemErrors(item: JsonObject, at: string): readonly FieldError[] {
  return [
    ...needs(item, at, ["key", "path"]),
    ...fileErrors(text(item, "path"), `${at}.path`),
    ...modeErrors(item, "mode", at),
  ];
}

function downwardFileErrors(file: JsonObject, field: string): readonly FieldError[] {
  const errors = [...needs(file, field, ["path"]), ...fileErrors(text(file, "path"), `${field}.path`)];
  const label = child(file, "fieldRef");
  const resource = child(file, "resourceFieldRef");
  if (label !== undefined) {
    errors.push(...fieldRefErrors(label, `${field}.fieldRef`, volumeFields));
    const detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
    if (resource !== undefined) errors.push(invalidField(field, "resource", detail));
  } else if (resource === undefined) {
    errors.push(requiredField(field, "one of fieldRef and resourceFieldRef is required"));
  } else {
    errors.push(...resourceRefErrors(resource, `${field}.resourceFieldRef`, { needsContainer: true }));
  }
  return [...errors, ...modeErrors(file, "mode", field)];
}

/** Sources that a projection may have: what upstream has no switch for by default is dropped before. */
const PROJECTIONS = ["secret", "configMap", "downwardAPI", "serviceAccountToken"];

function projectionErrors(source: JsonObject, field: string): readonly FieldError[] {
  const paths = new Set<string>();
  const taken = (path: string, shown: string): readonly FieldError[] => {
    const isTaken = path !== "" && paths.has(path);
    paths.add(path);
    return isTaken ? [invalidField(field, shown, "conflicting duplicate paths")] : [];
  };
  return children(source, "sources").flatMap((each, index) => {
    const at = `${field}.sources[${index}]`;
    const errors: FieldError[] = [];
    for (const kind of ["secret", "configMap"])
      errors.push(...projectedItems(child(each, kind), `${at}.${kind}`, taken));
    for (const file of children(child(each, "downwardAPI"), "items")) {
      const path = text(file, "path");
      errors.push(...downwardFileErrors(file, `${at}.downwardAPI`), ...taken(path, path));
    }
    errors.push(...tokenErrors(child(each, "serviceAccountToken"), at, field));
    if (PROJECTIONS.filter((kind) => child(each, kind) !== undefined).length > 1)
      errors.push(forbiddenField(at, "may not specify more than 1 volume type per source"));
    return errors;
  });
}

function projectedItems(
  source: JsonObject | undefined,
  field: string,
  taken: (path: string, shown: string) => readonly FieldError[],
): readonly FieldError[] {
  if (source === undefined) return [];
  const name = text(source, "name");
  return [
    ...needs(source, field, ["name"]),
    ...children(source, "items").flatMap((item, index) => [
      ...oneItemErrors(item, `${field}.items[${index}]`),
      ...taken(text(item, "path"), name),
    ]),
  ];
}

function tokenErrors(token: JsonObject | undefined, at: string, field: string): readonly FieldError[] {
  if (token === undefined) return [];
  const errors: FieldError[] = [];
  const seconds = integer(token, "expirationSeconds") ?? 0;
  const place = `${at}.serviceAccountToken.expirationSeconds`;
  if (seconds < 600)
    errors.push(invalidField(place, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds > 2 ** 32)
    errors.push(invalidField(place, seconds, "may not specify a duration larger than 2^32 seconds"));
  const path = text(token, "path");
  if (path === "") return [...errors, requiredField(`${field}.path`)];
  return [...errors, ...fileErrors(path, `${field}.path`)];
}

function csiErrors(source: JsonObject, field: string): readonly FieldError[] {
  const errors = [...driverErrors(text(source, "driver"), `${field}.driver`)];
  const secret = child(source, "nodePublishSecretRef");
  if (secret === undefined) return errors;
  const name = text(secret, "name");
  if (name === "") return [...errors, requiredField(`${field}.nodePublishSecretRef.name`)];
  // Upstream names the volume and not its secret.
  return [...errors, ...dns1123Subdomain(name, false).map((why) => invalidField(`${field}.name`, name, why))];
}

/** What is wrong with the name of a driver of volumes. */
export function driverErrors(driver: string, field: string): readonly FieldError[] {
  if (driver === "") return [requiredField(field)];
  const isLong = driver.length > 63;
  return [
    ...(isLong ? [tooLongField(field, 63)] : []),
    ...dns1123Subdomain(driver.toLowerCase(), false).map((why) => invalidField(field, driver, why)),
  ];
}

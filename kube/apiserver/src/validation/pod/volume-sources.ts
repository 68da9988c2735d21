import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { compareQuantities, parseQuantity, quantityFromJson } from "@weir/text";
import { child, children, number, strings, text } from "../../resources/draft-access.ts";
import { dns1123Subdomain } from "../names.ts";
import { fieldRefErrors, resourceRefErrors, volumeFields } from "./downward.ts";
import { descendingErrors, fileErrors, upwardErrors } from "./paths.ts";

type SourceErrors = (source: JsonObject, field: string) => readonly FieldError[];

/** What is wrong with a source of a volume, by its name. */
export const sourceErrors: Readonly<Record<string, SourceErrors>> = {
  emptyDir(source, field) {
    const limit = source["sizeLimit"];
    if (limit === undefined || compareQuantities(quantityFromJson(limit), parseQuantity("0")) >= 0) return [];
    return [forbiddenField(`${field}.sizeLimit`, "SizeLimit field must be a valid resource quantity")];
  },
  hostPath: hostPathErrors,
  gitRepo: (source, field) => [
    ...needs(source, field, ["repository"]),
    ...descendingErrors(text(source, "directory"), `${field}.directory`),
  ],
  awsElasticBlockStore: (source, field) => needs(source, field, ["volumeID"]),
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
  iscsi: iscsiErrors,
  persistentVolumeClaim: (source, field) => needs(source, field, ["claimName"]),
  downwardAPI: (source, field) => [
    ...modeErrors(source, "defaultMode", field),
    // Upstream names the volume and not the file.
    ...children(source, "items").flatMap((file) => downwardFileErrors(file, field)),
  ],
  flexVolume: (source, field) => needs(source, field, ["driver"]),
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
  ephemeral(source, field) {
    const template = child(source, "volumeClaimTemplate");
    if (template === undefined) return [requiredField(`${field}.volumeClaimTemplate`)];
    return claimTemplateErrors(child(template, "spec") ?? {}, `${field}.volumeClaimTemplate.spec`);
  },
  image: (source, field) => needs(source, field, ["reference"]),
};

function needs(source: JsonObject, field: string, names: readonly string[]): readonly FieldError[] {
  return names.filter((name) => text(source, name) === "").map((name) => requiredField(`${field}.${name}`));
}

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

const MODE = "must be a number between 0 and 0777 (octal), both inclusive";

function modeErrors(source: JsonObject, name: string, field: string): readonly FieldError[] {
  const mode = number(source, name);
  return mode === undefined || (mode >= 0 && mode <= 0o777)
    ? []
    : [invalidField(`${field}.${name}`, mode, MODE)];
}

function itemErrors(source: JsonObject, field: string): readonly FieldError[] {
  return children(source, "items").flatMap((item, index) => {
    const at = `${field}.items[${index}]`;
    return [
      ...needs(item, at, ["key", "path"]),
      ...fileErrors(text(item, "path"), `${at}.path`),
      ...modeErrors(item, "mode", at),
    ];
  });
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

const PROJECTIONS = [
  "secret",
  "configMap",
  "downwardAPI",
  "serviceAccountToken",
  "clusterTrustBundle",
  "podCertificate",
];

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
    ...itemErrors(source, field),
    ...children(source, "items").flatMap((item) => taken(text(item, "path"), name)),
  ];
}

function tokenErrors(token: JsonObject | undefined, at: string, field: string): readonly FieldError[] {
  if (token === undefined) return [];
  const errors: FieldError[] = [];
  const seconds = number(token, "expirationSeconds") ?? 0;
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
  const driver = text(source, "driver");
  if (driver === "") return [requiredField(`${field}.driver`)];
  const errors = dns1123Subdomain(driver.toLowerCase(), false).map((why) =>
    invalidField(`${field}.driver`, driver, why),
  );
  const secret = child(source, "nodePublishSecretRef");
  return secret === undefined
    ? errors
    : [...errors, ...needs(secret, `${field}.nodePublishSecretRef`, ["name"])];
}

const INITIATOR =
  /^iqn\.\d{4}-\d{2}\.(?:[\w.-]+)(?::(?!.*:)[^,;*&$|\s]+)?$|^eui\.[\dA-Fa-f]{16}$|^naa\.(?:[\dA-Fa-f]{32}|[\dA-Fa-f]{16})$/;

function iscsiErrors(source: JsonObject, field: string): readonly FieldError[] {
  const errors = [...needs(source, field, ["targetPortal", "iqn"])];
  const name = text(source, "iqn");
  if (name !== "" && !/^(?:iqn|eui|naa)/.test(name))
    errors.push(invalidField(`${field}.iqn`, name, "must be valid format starting with iqn, eui, or naa"));
  else if (name !== "" && !INITIATOR.test(name))
    errors.push(invalidField(`${field}.iqn`, name, "must be valid format"));
  const unit = number(source, "lun") ?? 0;
  if (unit < 0 || unit > 255)
    errors.push(invalidField(`${field}.lun`, unit, "must be between 0 and 255, inclusive"));
  const isChecked = source["chapAuthDiscovery"] === true || source["chapAuthSession"] === true;
  if (isChecked && child(source, "secretRef") === undefined) errors.push(requiredField(`${field}.secretRef`));
  return errors;
}

function claimTemplateErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (strings(spec, "accessModes").length === 0)
    errors.push(requiredField(`${field}.accessModes`, "at least 1 access mode is required"));
  if (child(child(spec, "resources"), "requests")?.["storage"] === undefined)
    errors.push(requiredField(`${field}.resources[storage]`));
  return errors;
}

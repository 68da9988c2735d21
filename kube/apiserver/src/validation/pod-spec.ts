import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import { child, children, isDraft, number, text } from "../resources/draft-access.ts";
import { configKeyErrors, dns1123Label } from "./names.ts";
import { labelErrors } from "./object-meta.ts";

const POLICIES = ["Always", "IfNotPresent", "Never"];
const RANGE = "must be between 1 and 65535, inclusive";

/** What is wrong with a Pod template; some kinds take only one restart policy. */
export function podTemplateErrors(
  template: JsonObject,
  field: string,
  restartPolicy?: string,
): readonly FieldError[] {
  const spec = child(template, "spec") ?? {};
  const errors = [
    ...labelErrors(child(child(template, "metadata"), "labels"), `${field}.labels`),
    ...podSpecErrors(spec, `${field}.spec`, "template"),
  ];
  const policy = text(spec, "restartPolicy");
  if (restartPolicy !== undefined && policy !== restartPolicy) {
    errors.push(unsupportedField(`${field}.spec.restartPolicy`, policy, [restartPolicy]));
  }
  return errors;
}

/** What is wrong with a PodSpec, in upstream's order: volumes, containers, init containers, policies. */
export function podSpecErrors(
  spec: JsonObject,
  field: string,
  _of: "Pod" | "template",
): readonly FieldError[] {
  const volumes = volumeErrors(spec, `${field}.volumes`);
  const isWrong = (index: number): boolean =>
    volumes.some((error) => error.field.startsWith(`${field}.volumes[${index}]`));
  const names = new Set(
    children(spec, "volumes").flatMap((volume, index) => (isWrong(index) ? [] : [text(volume, "name")])),
  );
  const errors = [...volumes];
  const containers = children(spec, "containers");
  if (containers.length === 0) errors.push(requiredField(`${field}.containers`));
  const seen = new Set<string>();
  containers.forEach((container, index) => {
    errors.push(...containerErrors(container, `${field}.containers[${index}]`, { volumes: names, seen }));
  });
  errors.push(...hostPortErrors(containers, `${field}.containers`));
  children(spec, "initContainers").forEach((container, index) => {
    errors.push(...containerErrors(container, `${field}.initContainers[${index}]`, { volumes: names, seen }));
  });
  const policy = text(spec, "restartPolicy");
  const policies = ["Always", "Never", "OnFailure"];
  if (policy !== "" && !policies.includes(policy))
    errors.push(unsupportedField(`${field}.restartPolicy`, policy, policies));
  const dns = text(spec, "dnsPolicy");
  const dnsPolicies = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
  if (dns !== "" && !dnsPolicies.includes(dns))
    errors.push(unsupportedField(`${field}.dnsPolicy`, dns, dnsPolicies));
  return errors;
}

function volumeErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  children(spec, "volumes").forEach((volume, index) => {
    const at = `${field}[${index}]`;
    const name = text(volume, "name");
    const [, ...more] = Object.keys(volume)
      .filter((key) => key !== "name" && isDraft(volume[key]))
      .sort(byVolumeOrder);
    for (const source of more)
      errors.push(forbiddenField(`${at}.${source}`, "may not specify more than 1 volume type"));
    if (name === "") errors.push(requiredField(`${at}.name`));
    else
      for (const message of dns1123Label(name, false)) errors.push(invalidField(`${at}.name`, name, message));
    if (seen.has(name)) errors.push(duplicateField(`${at}.name`, name));
    seen.add(name);
  });
  return errors;
}

/** The order in which upstream looks at the sources of a volume. */
const volumeOrder = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "secret",
  "nfs",
  "persistentVolumeClaim",
  "configMap",
  "downwardAPI",
  "projected",
  "csi",
  "ephemeral",
];

function byVolumeOrder(a: string, b: string): number {
  return volumeOrder.indexOf(a) - volumeOrder.indexOf(b);
}

interface ContainerContext {
  readonly volumes: ReadonlySet<string>;
  /** Names of containers so far. */
  readonly seen: Set<string>;
}

function containerErrors(
  container: JsonObject,
  field: string,
  { volumes, seen }: ContainerContext,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const name = text(container, "name");
  if (name === "") errors.push(requiredField(`${field}.name`));
  else
    for (const message of dns1123Label(name, false))
      errors.push(invalidField(`${field}.name`, name, message));
  if (name !== "" && seen.has(name)) errors.push(duplicateField(`${field}.name`, name));
  seen.add(name);
  const image = text(container, "image");
  if (image === "") errors.push(requiredField(`${field}.image`));
  else if (image !== image.trim())
    errors.push(invalidField(`${field}.image`, image, "must not have leading or trailing whitespace"));
  const messages = text(container, "terminationMessagePolicy");
  const messagePolicies = ["FallbackToLogsOnError", "File"];
  if (messages !== "" && !messagePolicies.includes(messages)) {
    errors.push(unsupportedField(`${field}.terminationMessagePolicy`, messages, messagePolicies));
  }
  errors.push(...portErrors(container, `${field}.ports`), ...variableErrors(container, `${field}.env`));
  errors.push(...mountErrors(container, `${field}.volumeMounts`, volumes));
  const pull = text(container, "imagePullPolicy");
  if (pull !== "" && !POLICIES.includes(pull))
    errors.push(unsupportedField(`${field}.imagePullPolicy`, pull, POLICIES));
  return errors;
}

function portErrors(container: JsonObject, field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return children(container, "ports").flatMap((port, index) => {
    const at = `${field}[${index}]`;
    const name = text(port, "name");
    const errors =
      name === "" ? [] : portNameErrors(name).map((message) => invalidField(`${at}.name`, name, message));
    if (name !== "" && seen.has(name)) errors.push(duplicateField(`${at}.name`, name));
    seen.add(name);
    return [...errors, ...portNumberErrors(port, at)];
  });
}

/** A port of the node is one container's. */
function hostPortErrors(containers: readonly JsonObject[], field: string): readonly FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap((container, index) =>
    children(container, "ports").flatMap((port, at) => {
      const host = number(port, "hostPort") ?? 0;
      if (host === 0) return [];
      const key = `${text(port, "protocol")}/${text(port, "hostIP")}/${host}`;
      const isTaken = seen.has(key);
      seen.add(key);
      return isTaken ? [duplicateField(`${field}[${index}].ports[${at}].hostPort`, key)] : [];
    }),
  );
}

function portNumberErrors(port: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const isOutside = (value: number): boolean => value < 1 || value > 65_535;
  const value = number(port, "containerPort") ?? 0;
  if (value === 0) errors.push(requiredField(`${field}.containerPort`));
  else if (isOutside(value)) errors.push(invalidField(`${field}.containerPort`, value, RANGE));
  const host = number(port, "hostPort") ?? 0;
  if (host !== 0 && isOutside(host)) errors.push(invalidField(`${field}.hostPort`, host, RANGE));
  const protocol = text(port, "protocol");
  const protocols = ["SCTP", "TCP", "UDP"];
  if (!protocols.includes(protocol)) errors.push(unsupportedField(`${field}.protocol`, protocol, protocols));
  return errors;
}

function portNameErrors(name: string): readonly string[] {
  const errors: string[] = [];
  if (name.length > 15) errors.push("must be no more than 15 characters");
  if (!/^[-a-z0-9]+$/.test(name))
    errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(name)) errors.push("must contain at least one letter (a-z)");
  if (name.includes("--")) errors.push("must not contain consecutive hyphens");
  if (name.startsWith("-") || name.endsWith("-")) errors.push("must not begin or end with a hyphen");
  return errors;
}

const downwardFields =
  /^(?:metadata\.(?:name|namespace|uid|labels\['.+'\]|annotations\['.+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIP|hostIPs|podIP|podIPs))$/;

function variableErrors(container: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  children(container, "env").forEach((variable, index) => {
    const at = `${field}[${index}]`;
    if (text(variable, "name") === "") errors.push(requiredField(`${at}.name`));
    const from = child(variable, "valueFrom");
    if (from !== undefined) errors.push(...sourceErrors(variable, from, `${at}.valueFrom`));
  });
  return errors;
}

function sourceErrors(variable: JsonObject, from: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const path = text(child(from, "fieldRef"), "fieldPath");
  if (child(from, "fieldRef") !== undefined) {
    if (path === "") errors.push(requiredField(`${field}.fieldRef.fieldPath`));
    else if (!downwardFields.test(path)) {
      errors.push(
        invalidField(
          `${field}.fieldRef.fieldPath`,
          path,
          `error converting fieldPath: field label not supported: ${path}`,
        ),
      );
    }
  }
  for (const name of ["configMapKeyRef", "secretKeyRef"]) {
    const reference = child(from, name);
    if (reference === undefined) continue;
    const key = text(reference, "key");
    if (key === "") errors.push(requiredField(`${field}.${name}.key`));
    else
      for (const message of configKeyErrors(key))
        errors.push(invalidField(`${field}.${name}.key`, key, message));
  }
  const sources = Object.keys(from).length;
  if (sources === 0) {
    errors.push(
      invalidField(
        field,
        "",
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
      ),
    );
  } else if (text(variable, "value") !== "") {
    errors.push(invalidField(field, "", "may not be specified when `value` is not empty"));
  } else if (sources > 1) {
    errors.push(invalidField(field, "", "may not have more than one field specified at a time"));
  }
  return errors;
}

// oxlint-disable-next-line max-params -- a list, its place and what it may name
function mountErrors(
  container: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  children(container, "volumeMounts").forEach((mount, index) => {
    const at = `${field}[${index}]`;
    const name = text(mount, "name");
    if (name === "") errors.push(requiredField(`${at}.name`));
    if (!volumes.has(name))
      errors.push({ ...invalidField(`${at}.name`, name, ""), ...notFound(`${at}.name`, name) });
    const path = text(mount, "mountPath");
    if (path === "") errors.push(requiredField(`${at}.mountPath`));
    if (paths.has(path)) errors.push(invalidField(`${at}.mountPath`, path, "must be unique"));
    paths.add(path);
  });
  return errors;
}

function notFound(field: string, value: string): FieldError {
  const text = `Not found: ${JSON.stringify(value)}`;
  return {
    type: "Not found",
    reason: "FieldValueNotFound",
    field,
    detail: "",
    badValue: value,
    message: text,
  };
}

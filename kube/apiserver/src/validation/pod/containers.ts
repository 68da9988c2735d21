import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooManyField,
  unsupportedField,
} from "@weir/schema";
import { child, children, isDraft, list, text } from "../../resources/draft-access.ts";
import { dns1123Label } from "../names.ts";
import { notFoundField } from "../not-found-field.ts";
import { environmentErrors } from "./environment.ts";
import { mountErrors } from "./mounts.ts";
import { hostPortErrors, portErrors } from "./ports.ts";
import { lifeErrors, unwatchedErrors } from "./probes.ts";
import { resourceErrors } from "./resources.ts";
import { securityErrors } from "./security.ts";
import { pullErrors } from "./volume-sources.ts";

/** What the containers of a Pod have in common. */
export interface ContainerContext {
  readonly volumes: ReadonlyMap<string, JsonObject>;
  /** The claims of the Pod. */
  readonly claims: ReadonlySet<string>;
  /** Seconds. */
  readonly gracePeriod: number | bigint | undefined;
  readonly hostUsers: boolean;
  readonly restartPolicy: string;
}

/** What is wrong with the containers of a Pod. */
export function containersErrors(
  spec: JsonObject,
  field: string,
  context: ContainerContext,
): readonly FieldError[] {
  const containers = children(spec, "containers");
  const at = `${field}.containers`;
  if (containers.length === 0) return [requiredField(at)];
  const seen = new Set<string>();
  return [
    ...containers.flatMap((container, index) => {
      const place = `${at}[${index}]`;
      const name = text(container, "name");
      const isTaken = seen.has(name);
      seen.add(name);
      return [
        ...commonErrors(container, place, context),
        ...(isTaken ? [duplicateField(`${place}.name`, name)] : []),
        ...lifeErrors(container, place, context.gracePeriod),
        ...restartErrors(container, place),
      ];
    }),
    ...hostPortErrors(containers, at),
  ];
}

/** What is wrong with the containers that a Pod starts with. */
export function initContainersErrors(
  spec: JsonObject,
  field: string,
  context: ContainerContext,
): readonly FieldError[] {
  const at = `${field}.initContainers`;
  const seen = new Set(children(spec, "containers").map((container) => text(container, "name")));
  return children(spec, "initContainers").flatMap((container, index) => {
    const place = `${at}[${index}]`;
    const name = text(container, "name");
    const isTaken = seen.has(name);
    if (name !== "") seen.add(name);
    const stays = text(container, "restartPolicy") === "Always";
    return [
      ...commonErrors(container, place, context),
      ...restartErrors(container, place),
      ...(isTaken ? [duplicateField(`${place}.name`, name)] : []),
      ...hostPortErrors([container], at),
      ...(stays ? lifeErrors(container, place, context.gracePeriod) : unwatchedErrors(container, place)),
      ...(stays ? [] : initResizeErrors(container, `${place}.resizePolicy`)),
    ];
  });
}

/** What comes to its end by itself is not started again to be resized. */
function initResizeErrors(container: JsonObject, field: string): readonly FieldError[] {
  return children(container, "resizePolicy").flatMap((policy, index) => {
    const restart = text(policy, "restartPolicy");
    if (restart !== "RestartContainer") return [];
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    return [invalidField(`${field}[${index}].restartPolicy`, restart, detail)];
  });
}

const RESTARTS = ["Always", "Never", "OnFailure"];
const MAX_RULES = 20;
const MAX_CODES = 255;
const ACTIONS = ["Restart", "RestartAllContainers"];
const OPERATORS = ["In", "NotIn"];

function restartErrors(container: JsonObject, field: string): readonly FieldError[] {
  const policy = container["restartPolicy"];
  const rules = children(container, "restartPolicyRules");
  const at = `${field}.restartPolicy`;
  if (typeof policy !== "string") {
    if (rules.length === 0) return [];
    const missing = requiredField(at, "must specify restartPolicy when restart rules are used");
    // Only the containers beside those of the start are looked at any further.
    return field.includes(".initContainers[") ? [missing] : [missing, ...ruleErrors(rules, field)];
  }
  const errors = RESTARTS.includes(policy) ? [] : [unsupportedField(at, policy, RESTARTS)];
  return rules.length === 0 ? errors : [...errors, ...ruleErrors(rules, field)];
}

function ruleErrors(rules: readonly JsonObject[], field: string): readonly FieldError[] {
  const at = `${field}.restartPolicyRules`;
  const errors: FieldError[] = rules.length > MAX_RULES ? [tooManyField(at, rules.length, MAX_RULES)] : [];
  rules.forEach((rule, index) => {
    const place = `${at}[${index}]`;
    const action = text(rule, "action");
    if (!ACTIONS.includes(action)) errors.push(unsupportedField(`${place}.action`, action, ACTIONS));
    const codes = child(rule, "exitCodes");
    if (codes === undefined) {
      errors.push(requiredField(`${place}.exitCodes`, "must be specified"));
      return;
    }
    const operator = text(codes, "operator");
    if (!OPERATORS.includes(operator))
      errors.push(unsupportedField(`${place}.exitCodes.operator`, operator, OPERATORS));
    const count = list(codes, "values").length;
    if (count > MAX_CODES) errors.push(tooManyField(`${place}.exitCodes.values`, count, MAX_CODES));
  });
  return errors;
}

const MESSAGES = ["File", "FallbackToLogsOnError"];

/** What is wrong with a container of any kind. */
export function commonErrors(
  container: JsonObject,
  field: string,
  context: ContainerContext,
): readonly FieldError[] {
  const errors = [...identityErrors(container, field)];
  const messages = text(container, "terminationMessagePolicy");
  const at = `${field}.terminationMessagePolicy`;
  if (messages === "") errors.push(requiredField(at));
  else if (!MESSAGES.includes(messages)) errors.push(unsupportedField(at, messages, MESSAGES));
  errors.push(...portErrors(container, `${field}.ports`), ...environmentErrors(container, field));
  errors.push(...mountErrors(container, field, context.volumes));
  errors.push(...pullErrors(text(container, "imagePullPolicy"), `${field}.imagePullPolicy`));
  const resources = child(container, "resources");
  if (resources !== undefined) {
    const { claims } = context;
    errors.push(...resourceErrors(resources, `${field}.resources`, { owner: "container", claims }));
  }
  errors.push(...resizeErrors(container, `${field}.resizePolicy`, context.restartPolicy));
  return [...errors, ...securityErrors(container, `${field}.securityContext`, context.hostUsers)];
}

function identityErrors(container: JsonObject, field: string): readonly FieldError[] {
  const name = text(container, "name");
  const image = text(container, "image");
  const errors: FieldError[] =
    name === ""
      ? [requiredField(`${field}.name`)]
      : dns1123Label(name, false).map((why) => invalidField(`${field}.name`, name, why));
  if (image === "") errors.push(requiredField(`${field}.image`));
  return errors;
}

const RESIZED = ["cpu", "memory"];
const RESIZES = ["NotRequired", "RestartContainer"];

/** Upstream names the list and not its item. */
function resizeErrors(container: JsonObject, field: string, restartPolicy: string): readonly FieldError[] {
  const seen = new Set<string>();
  return children(container, "resizePolicy").flatMap((policy, index) => {
    const resource = text(policy, "resourceName");
    const restart = text(policy, "restartPolicy");
    const errors: FieldError[] = [];
    if (seen.has(resource)) errors.push(duplicateField(`${field}[${index}]`, resource));
    seen.add(resource);
    if (resource === "") errors.push(requiredField(field));
    else if (!RESIZED.includes(resource)) errors.push(unsupportedField(field, resource, RESIZED));
    if (restart === "") errors.push(requiredField(field));
    else if (!RESIZES.includes(restart)) errors.push(unsupportedField(field, restart, RESIZES));
    if (restartPolicy === "Never" && restart !== "NotRequired")
      errors.push(invalidField(field, restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    return errors;
  });
}

const PADDED = "must not have leading or trailing whitespace";

/** What is wrong with the image of a Pod's own container; a template's may be padded, as it always might. */
export function paddedImageErrors(container: JsonObject, field: string): readonly FieldError[] {
  const image = text(container, "image");
  return isPadded(image) ? [invalidField(`${field}.image`, image, PADDED)] : [];
}

/** Whether a text begins or ends with white space, as Unicode has it. */
export function isPadded(value: string): boolean {
  return /^[\p{White_Space}]|[\p{White_Space}]$/u.test(value);
}

/** Fields of a container that one which is put into a running Pod does not have, in the order of their declaration. */
const NOT_EPHEMERAL = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
];
const EPHEMERAL = "cannot be set for an Ephemeral Container";

/** What is wrong with containers that are put into a running Pod. */
export function ephemeralContainersErrors(
  spec: JsonObject,
  field: string,
  context: ContainerContext,
): readonly FieldError[] {
  const added = children(spec, "ephemeralContainers");
  if (added.length === 0) return [];
  const others = new Set(
    [...children(spec, "containers"), ...children(spec, "initContainers")].map((each) => text(each, "name")),
  );
  const seen = new Set(others);
  return added.flatMap((container, index) => {
    const at = `${field}.ephemeralContainers[${index}]`;
    const name = text(container, "name");
    const target = text(container, "targetContainerName");
    const errors = [...commonErrors(container, at, context), ...paddedImageErrors(container, at)];
    if (seen.has(name)) errors.push(duplicateField(`${at}.name`, name));
    seen.add(name);
    if (target !== "" && !others.has(target)) errors.push(notFoundField(`${at}.targetContainerName`, target));
    for (const key of NOT_EPHEMERAL)
      if (isGiven(container, key)) errors.push(forbiddenField(`${at}.${key}`, EPHEMERAL));
    children(container, "volumeMounts").forEach((mount, place) => {
      for (const key of ["subPath", "subPathExpr"])
        if (text(mount, key) !== "")
          errors.push(forbiddenField(`${at}.volumeMounts[${place}].${key}`, EPHEMERAL));
    });
    return errors;
  });
}

function isGiven(container: JsonObject, key: string): boolean {
  const value = container[key];
  if (value === undefined || value === null) return false;
  // A struct that is always there is told by what it holds.
  return key !== "resources" || (isDraft(value) && Object.keys(value).length > 0);
}

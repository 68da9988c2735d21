import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, text } from "../../resources/draft-access.ts";
import { dns1123Label } from "../names.ts";
import { environmentErrors } from "./environment.ts";
import { mountErrors } from "./mounts.ts";
import { hostPortErrors, portErrors } from "./ports.ts";
import { lifeErrors, unwatchedErrors } from "./probes.ts";
import { resourceErrors } from "./resources.ts";
import { securityErrors } from "./security.ts";

/** What the containers of a Pod have in common. */
export interface ContainerContext {
  readonly volumes: ReadonlyMap<string, JsonObject>;
  /** The claims of the Pod. */
  readonly claims: ReadonlySet<string>;
  /** Seconds. */
  readonly gracePeriod: number | undefined;
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
    ];
  });
}

const RESTARTS = ["Always", "Never", "OnFailure"];

function restartErrors(container: JsonObject, field: string): readonly FieldError[] {
  const policy = container["restartPolicy"];
  if (typeof policy !== "string" || RESTARTS.includes(policy)) return [];
  return [unsupportedField(`${field}.restartPolicy`, policy, RESTARTS)];
}

const MESSAGES = ["File", "FallbackToLogsOnError"];
const PULLS = ["Always", "IfNotPresent", "Never"];

function commonErrors(
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
  const pull = text(container, "imagePullPolicy");
  if (!PULLS.includes(pull)) errors.push(unsupportedField(`${field}.imagePullPolicy`, pull, PULLS));
  const resources = child(container, "resources");
  if (resources !== undefined)
    errors.push(...resourceErrors(resources, `${field}.resources`, context.claims));
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

import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, list, number, text } from "../resources/draft-access.ts";
import { qualifiedNameErrors } from "./names.ts";
import { labelErrors } from "./object-meta.ts";
import { affinityErrors } from "./pod/affinity.ts";
import { type ContainerContext, containersErrors, initContainersErrors } from "./pod/containers.ts";
import { nodeNetworkErrors } from "./pod/ports.ts";
import { gateErrors, spreadErrors, tolerationErrors } from "./pod/scheduling.ts";
import { hostUserErrors, podSecurityErrors } from "./pod/security.ts";
import {
  aliasErrors,
  claimErrors,
  classErrors,
  dnsErrors,
  hostErrors,
  podResourceErrors,
} from "./pod/settings.ts";
import { checkVolumes } from "./pod/volumes.ts";

/** What is wrong with a Pod template; some kinds take only one restart policy. */
export function podTemplateErrors(
  template: JsonObject,
  field: string,
  restartPolicy?: string,
): readonly FieldError[] {
  const spec = child(template, "spec") ?? {};
  const metadata = child(template, "metadata");
  const annotations = Object.keys(child(metadata, "annotations") ?? {});
  const errors = [
    ...labelErrors(child(metadata, "labels"), `${field}.labels`),
    ...annotations.flatMap((key) =>
      qualifiedNameErrors(key.toLowerCase()).map((why) => invalidField(`${field}.annotations`, key, why)),
    ),
    ...podSpecErrors(spec, `${field}.spec`, "template"),
  ];
  if (list(spec, "ephemeralContainers").length > 0) {
    const detail = "ephemeral containers not allowed in pod template";
    errors.push(forbiddenField(`${field}.spec.ephemeralContainers`, detail));
  }
  const policy = text(spec, "restartPolicy");
  if (restartPolicy !== undefined && policy !== restartPolicy) {
    errors.push(unsupportedField(`${field}.spec.restartPolicy`, policy, [restartPolicy]));
  }
  return errors;
}

const RESTARTS = ["Always", "OnFailure", "Never"];
const RESOLVERS = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

/** What is wrong with a PodSpec, in upstream's order. */
export function podSpecErrors(
  spec: JsonObject,
  field: string,
  of: "Pod" | "template",
): readonly FieldError[] {
  const volumes = checkVolumes(spec, `${field}.volumes`);
  const gracePeriod = number(spec, "terminationGracePeriodSeconds");
  const restartPolicy = text(spec, "restartPolicy");
  const context: ContainerContext = {
    volumes: volumes.named,
    claims: new Set(children(spec, "resourceClaims").map((claim) => text(claim, "name"))),
    gracePeriod,
    hostUsers: spec["hostUsers"] !== false,
    restartPolicy,
  };
  return [
    ...(gracePeriod === undefined ? [requiredField(`${field}.terminationGracePeriodSeconds`)] : []),
    ...volumes.errors,
    ...claimErrors(spec, `${field}.resourceClaims`),
    ...containersErrors(spec, field, context),
    ...initContainersErrors(spec, field, context),
    ...podResourceErrors(spec, `${field}.resources`),
    ...nodeNetworkErrors(spec, field),
    ...choiceErrors(restartPolicy, `${field}.restartPolicy`, RESTARTS),
    ...choiceErrors(text(spec, "dnsPolicy"), `${field}.dnsPolicy`, RESOLVERS),
    ...labelErrors(child(spec, "nodeSelector"), `${field}.nodeSelector`),
    ...podSecurityErrors(spec, `${field}.securityContext`),
    ...affinityErrors(spec, `${field}.affinity`),
    ...dnsErrors(spec, `${field}.dnsConfig`),
    ...gateErrors(spec, field),
    ...spreadErrors(spec, `${field}.topologySpreadConstraints`),
    ...hostUserErrors(spec, field),
    ...hostErrors(spec, field),
    ...tolerationErrors(spec, `${field}.tolerations`),
    ...aliasErrors(spec, field),
    ...classErrors(spec, field),
    ...(of === "Pod" ? paddedImageErrors(spec, field) : []),
  ];
}

function choiceErrors(value: string, field: string, choices: readonly string[]): readonly FieldError[] {
  if (value === "") return [requiredField(field)];
  return choices.includes(value) ? [] : [unsupportedField(field, value, choices)];
}

/** A template's images may be padded, as they always might. */
function paddedImageErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const detail = "must not have leading or trailing whitespace";
  return ["containers", "initContainers"].flatMap((name) =>
    children(spec, name).flatMap((container, index) => {
      const image = text(container, "image");
      const at = `${field}.${name}[${index}].image`;
      return image === image.trim() ? [] : [invalidField(at, image, detail)];
    }),
  );
}

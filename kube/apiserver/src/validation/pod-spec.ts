import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, requiredField, unsupportedField } from "@weir/schema";
import { child, children, integer, list, text } from "../resources/draft-access.ts";
import { annotationErrors, labelErrors } from "./object-meta.ts";
import { affinityErrors } from "./pod/affinity.ts";
import { podAnnotationErrors, profileMatchErrors } from "./pod/annotations.ts";
import {
  type ContainerContext,
  containersErrors,
  ephemeralContainersErrors,
  initContainersErrors,
} from "./pod/containers.ts";
import { fileVolumeErrors } from "./pod/environment.ts";
import { type PodOptions, TEMPLATE } from "./pod/pod-options.ts";
import { podResourceErrors } from "./pod/pod-resources.ts";
import { nodeNetworkErrors } from "./pod/ports.ts";
import { gateErrors, spreadErrors, tolerationErrors } from "./pod/scheduling.ts";
import { hostUserErrors, podSecurityErrors } from "./pod/security.ts";
import { aliasErrors, claimErrors, classErrors, dnsErrors, hostErrors } from "./pod/settings.ts";
import { checkVolumes } from "./pod/volumes.ts";
import { hostProcessErrors } from "./pod/windows.ts";

/** What is wrong with a Pod template. */
export function podTemplateErrors(
  template: JsonObject,
  field: string,
  options: PodOptions = TEMPLATE,
): readonly FieldError[] {
  const spec = child(template, "spec") ?? {};
  const metadata = child(template, "metadata");
  const annotations = child(metadata, "annotations");
  const at = `${field}.spec`;
  const isAdded = list(spec, "ephemeralContainers").length > 0;
  return [
    ...templateMetaErrors(template, field),
    ...podAnnotationErrors(annotations, spec, `${field}.annotations`),
    ...podSpecErrors(spec, at, options),
    ...profileMatchErrors(annotations, spec, at),
    ...(isAdded
      ? [forbiddenField(`${at}.ephemeralContainers`, "ephemeral containers not allowed in pod template")]
      : []),
  ];
}

/** What is wrong with the labels and annotations of a template; upstream leaves `metadata` out of their paths. */
export function templateMetaErrors(template: JsonObject, field: string): readonly FieldError[] {
  const metadata = child(template, "metadata");
  return [
    ...labelErrors(child(metadata, "labels"), `${field}.labels`),
    ...annotationErrors(child(metadata, "annotations"), `${field}.annotations`),
  ];
}

const RESTARTS = ["Always", "OnFailure", "Never"];
const RESOLVERS = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

/** What is wrong with a PodSpec, in upstream's order. */
export function podSpecErrors(spec: JsonObject, field: string, options: PodOptions): readonly FieldError[] {
  const volumes = checkVolumes(spec, `${field}.volumes`, options);
  const gracePeriod = integer(spec, "terminationGracePeriodSeconds");
  const restartPolicy = text(spec, "restartPolicy");
  const claims = new Set(
    children(spec, "resourceClaims")
      .map((claim) => text(claim, "name"))
      .filter((name) => name !== ""),
  );
  const context: ContainerContext = {
    volumes: volumes.named,
    claims,
    gracePeriod,
    hostUsers: spec["hostUsers"] !== false,
    restartPolicy,
  };
  return [
    ...(gracePeriod === undefined ? [requiredField(`${field}.terminationGracePeriodSeconds`)] : []),
    ...volumes.errors,
    ...claimErrors(spec, `${field}.resourceClaims`, options.metadata),
    ...containersErrors(spec, field, context),
    ...initContainersErrors(spec, field, context),
    ...ephemeralContainersErrors(spec, field, context),
    ...podResourceErrors(spec, `${field}.resources`, claims),
    ...nodeNetworkErrors(spec, field, options.isPod),
    ...choiceErrors(restartPolicy, `${field}.restartPolicy`, RESTARTS),
    ...choiceErrors(text(spec, "dnsPolicy"), `${field}.dnsPolicy`, RESOLVERS),
    ...labelErrors(child(spec, "nodeSelector"), `${field}.nodeSelector`),
    ...podSecurityErrors(spec, `${field}.securityContext`, options),
    ...affinityErrors(spec, `${field}.affinity`),
    ...dnsErrors(spec, `${field}.dnsConfig`),
    ...gateErrors(spec, field),
    ...spreadErrors(spec, `${field}.topologySpreadConstraints`),
    ...hostProcessErrors(spec, field),
    ...hostUserErrors(spec, field),
    ...hostErrors(spec, field),
    ...tolerationErrors(spec, `${field}.tolerations`),
    ...aliasErrors(spec, field),
    ...classErrors(spec, field),
    ...fileVolumeErrors(spec, field),
  ];
}

function choiceErrors(value: string, field: string, choices: readonly string[]): readonly FieldError[] {
  if (value === "") return [requiredField(field)];
  return choices.includes(value) ? [] : [unsupportedField(field, value, choices)];
}

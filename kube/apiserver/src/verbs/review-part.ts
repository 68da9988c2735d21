import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import { partKind } from "../admission/part-kind.ts";
import type { WriteOptions } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { asObject } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { reviewedOptions, writeContext } from "./create.ts";

/** What is done to a subresource that speaks a kind of its own. */
export interface PartWrite {
  readonly kind: string;
  readonly operation: AdmissionRequest["operation"];
  /** Absent of what only connects. */
  readonly options?: WriteOptions;
}

/** The request by which admission sees a write to a subresource. */
export function partRequest(call: Call, { kind, operation, options }: PartWrite): AdmissionRequest {
  const { resource, info } = call;
  return {
    operation,
    resource,
    subresource: info.subresource,
    part: partKind(kind),
    namespace: info.namespace,
    name: info.name,
    context: writeContext(call, options?.isDryRun === true),
    ...(options === undefined ? {} : { options: reviewedOptions(options) }),
  };
}

/** Has admission change and review what is sent to a subresource; there is nothing that it was before. */
export async function reviewPart(call: Call, write: PartWrite, object: Draft): Promise<Draft> {
  const request = partRequest(call, write);
  const { admission } = call.api;
  await admission.mutate(request, object, undefined);
  await admission.validate(request, asObject(object), undefined);
  return object;
}

/** What a client that connects to a Pod says in its query. */
export function connectOptions(call: Call, kind: string): Draft {
  const { query } = call.request;
  const flags = ["stdin", "stdout", "stderr", "tty"].filter((flag) => isOn(query.get(flag)));
  const named: Record<string, JsonObject[string]> = {};
  const container = query.get("container") ?? "";
  if (container !== "") named["container"] = container;
  if (kind === "PodExecOptions" && query.has("command")) named["command"] = query.getAll("command");
  if (kind === "PodPortForwardOptions") {
    const ports = query.getAll("ports").flatMap((text) => text.split(",").map(Number));
    return { kind, apiVersion: "v1", ...(ports.length === 0 ? {} : { ports }) };
  }
  return { kind, apiVersion: "v1", ...Object.fromEntries(flags.map((flag) => [flag, true])), ...named };
}

function isOn(value: string | null): boolean {
  return value !== null && value !== "false" && value !== "0";
}

/** Nobody is asked: the write is the server's own. */
export async function unreviewed(_object: KubeObject, _old: KubeObject): Promise<void> {}

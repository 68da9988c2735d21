import type { JsonObject } from "@weir/core";
import { forbiddenError, type KubeObject, type StatusError } from "@weir/objects";
import { child, text } from "../../resources/draft-access.ts";
import { type Draft, groupResource } from "../../resources/resource.ts";
import type { AdmissionRequest } from "../admission.ts";

/** A write as built-in admission sees it. */
export interface PluginWrite {
  readonly request: AdmissionRequest;
  readonly object: Draft;
  readonly old: KubeObject | undefined;
}

/** Something of an object that is checked or filled in for a kind; named as the plugin of kube-apiserver that does it. */
export interface AdmissionPlugin {
  readonly name: string;
  /** The kinds, as prefixes in the store. */
  readonly prefixes: readonly string[];
  /** May change the object. */
  readonly mutate?: (write: PluginWrite) => Promise<void> | void;
  /** May refuse the write. */
  readonly validate?: (write: PluginWrite) => Promise<void> | void;
}

export const PODS = "/core/pods/";

/** The 403 of a plugin, which names the object as the client did. */
export function refuse(request: AdmissionRequest, object: JsonObject | undefined, why: string): StatusError {
  const metadata = child(object, "metadata");
  const name = request.name || text(metadata, "name") || text(metadata, "generateName") || "Unknown";
  return forbiddenError(groupResource(request.resource), name, why);
}

/** Several texts as Go joins errors. */
export function joinProblems(problems: readonly string[]): string {
  const unique = [...new Set(problems)];
  return unique.length === 1 ? (unique[0] ?? "") : `[${unique.join(", ")}]`;
}

/** Whether a write creates the object itself, not a part of it. */
export function creates({ operation, subresource }: AdmissionRequest): boolean {
  return operation === "create" && subresource === "";
}

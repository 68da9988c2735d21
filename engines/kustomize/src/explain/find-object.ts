import type { JsonObject, JsonValue } from "@weir/core";
import type { Resource } from "../resource/resource.ts";
import type { ResId } from "../resource/resource-id.ts";
import { ExplainError } from "./explain-error.ts";
import type { LineageObserver } from "./observe.ts";
import type { ExplainSelector } from "./selector.ts";

/** The object that a selector means. */
export interface FoundObject {
  readonly resource: Resource;
  /** Its id as files call it. */
  readonly id: ResId;
  /** Its place in the output; negative where a step removed it. */
  readonly at: number;
  readonly output: JsonObject | undefined;
}

/**
 * Finds an object by its name in the output, else by a name that it had before, else among those that were removed.
 *
 * Throws an `ExplainError` where there is none, or more than one.
 */
export function findObject(
  lineage: LineageObserver,
  outputs: readonly JsonObject[],
  wanted: ExplainSelector,
  selector: string,
): FoundObject {
  const places = new Map(lineage.output.map((resource, at) => [resource, at]));
  const all = new Map<Resource, FoundObject>();
  for (const { resource, id, source } of lineage.made) {
    const latest = lineage.latest(resource);
    if (source?.isConfig === true || all.has(latest)) continue;
    const at = places.get(latest) ?? -1;
    all.set(latest, { resource: latest, id, at, output: at < 0 ? undefined : outputs[at] });
  }
  const candidates = [...all.values()].filter((found) => idsOf(found).some((id) => isOfKind(id, wanted)));
  const printed = candidates.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  const tries = [
    printed.filter(({ output }) => outputName(output) === wanted.name),
    printed.filter((found) => idsOf(found).some((id) => id.name === wanted.name)),
    candidates.filter((found) => found.at < 0 && idsOf(found).some((id) => id.name === wanted.name)),
  ];
  const matches = tries.find((some) => some.length > 0) ?? [];
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  if (only !== undefined) {
    throw new ExplainError("AmbiguousSelector", selector, `it means several objects: ${listOf(matches)}`);
  }
  const others = printed.length === 0 ? `there is no ${wanted.kind}` : `there are ${listOf(printed)}`;
  throw new ExplainError("ObjectNotFound", selector, `the build has no such object, ${others}`);
}

/** The ids that an object has and had. */
function idsOf({ resource, id, output }: FoundObject): readonly ResId[] {
  const { id: current, oldIds } = resource;
  const printed = { ...current, name: outputName(output) ?? current.name };
  return resource.isEmpty ? [id, ...oldIds] : [id, ...oldIds, current, printed];
}

function isOfKind({ gvk, namespace }: ResId, wanted: ExplainSelector): boolean {
  if (gvk.kind.toLowerCase() !== wanted.kind.toLowerCase()) return false;
  if (wanted.group !== undefined && wanted.group !== gvk.group) return false;
  return wanted.namespace === undefined || wanted.namespace === (namespace === "" ? "default" : namespace);
}

function metadataText(output: JsonObject | undefined, field: string): string | undefined {
  const metadata = output?.["metadata"] as JsonValue | undefined;
  if (metadata === undefined || metadata === null || typeof metadata !== "object") return undefined;
  const value = (metadata as JsonObject)[field];
  return typeof value === "string" ? value : undefined;
}

function outputName(output: JsonObject | undefined): string | undefined {
  return metadataText(output, "name");
}

const SHOWN = 10;

function listOf(found: readonly FoundObject[]): string {
  const shown = found.slice(0, SHOWN).map(({ output, id }) => {
    const namespace = output === undefined ? id.namespace : (metadataText(output, "namespace") ?? "");
    const kind = output === undefined ? id.gvk.kind : String(output["kind"]);
    const name = outputName(output) ?? id.name;
    return `${namespace === "" ? "" : `${namespace}/`}${kind}/${name}`;
  });
  return found.length > SHOWN ? `${shown.join(", ")} and ${found.length - SHOWN} more` : shown.join(", ");
}

/** What the output calls an object. */
export function describeOutput(output: JsonObject): {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
} {
  const namespace = metadataText(output, "namespace") ?? "";
  return {
    apiVersion: String(output["apiVersion"] ?? ""),
    kind: String(output["kind"] ?? ""),
    ...(namespace === "" ? {} : { namespace }),
    name: outputName(output) ?? "",
  };
}

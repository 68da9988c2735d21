import { isMap, type Node, YamlMap } from "../node/node.ts";
import type { Resource } from "./resource.ts";

/** Stands for the annotations in which upstream keeps what it knows. */
const MARK = "internal.config.kubernetes.io/buildFacts";

/** Changes a resource; where that takes its annotations away, what the build knew of it is gone, as upstream's is. */
export function watchBuildFacts<Result>(resource: Resource, change: () => Result): Result {
  if (!resource.hasBuildFacts) return change();
  mark(resource);
  const result = change();
  const annotations = annotationsOf(resource);
  if (isMap(annotations) && annotations.get(MARK) !== undefined) annotations.delete(MARK);
  else resource.forgetBuildFacts();
  return result;
}

function annotationsOf({ root }: Resource): Node | undefined {
  const metadata = root.get("metadata");
  return isMap(metadata) ? metadata.get("annotations") : undefined;
}

function mark(resource: Resource): void {
  const annotations = annotationsOf(resource);
  const metadata = resource.root.get("metadata");
  if (isMap(annotations)) annotations.set(MARK, "");
  else if (isMap(metadata)) metadata.set("annotations", new YamlMap(new Map([[MARK, ""]])));
}

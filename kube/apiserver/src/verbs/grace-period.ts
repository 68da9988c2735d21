import type { JsonObject } from "@weir/core";
import type { DeleteOptions } from "../http/write-options.ts";
import { child, number, text } from "../resources/draft-access.ts";
import type { Resource } from "../resources/resource.ts";

/** Seconds that an object is given to end by itself; only Pods on a node are given any. */
export function decideGrace(resource: Resource, object: JsonObject, options: DeleteOptions): number {
  if (resource.group !== "" || resource.plural !== "pods") return 0;
  const spec = child(object, "spec");
  const phase = text(child(object, "status"), "phase");
  if (text(spec, "nodeName") === "" || phase === "Failed" || phase === "Succeeded") return 0;
  const asked = options.gracePeriodSeconds ?? number(spec, "terminationGracePeriodSeconds") ?? 30;
  const pending = number(child(object, "metadata"), "deletionGracePeriodSeconds");
  const grace = asked < 0 ? 1 : asked;
  return pending === undefined ? grace : Math.min(pending, grace);
}

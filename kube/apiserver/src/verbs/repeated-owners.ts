import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import type { Call } from "../resources/call.ts";
import { children, metaOf, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";

/** Keeps owner references that are the same once, and warns of the others. What is patched is looked at after admission alone. */
export function dropRepeatedOwners(call: Call, object: Draft, isAdmitted: boolean): void {
  if (!isAdmitted && call.info.verb === "patch") return;
  const owners = children(metaOf(object), "ownerReferences");
  if (owners.length < 2) return;
  const kept: JsonObject[] = [];
  const repeated: string[] = [];
  for (const owner of owners) {
    if (kept.some((other) => jsonEqual(other, owner))) repeated.push(text(owner, "uid"));
    else kept.push(owner);
  }
  if (repeated.length === 0) return;
  metaOf(object)["ownerReferences"] = kept;
  const when = isAdmitted ? " after mutating admission happens" : "";
  call.warnings.push(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(", ")}`,
  );
}

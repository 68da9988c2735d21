import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import type { ApiResponse } from "../http/api-request.ts";
import type { Call } from "../resources/call.ts";
import { asJson, child, ensureChild } from "../resources/draft-access.ts";
import type { Draft, Strategy } from "../resources/resource.ts";
import { ephemeralUpdateErrors } from "../resources/rules/ephemeral-update-errors.ts";
import { podResizeErrors, resizedSpec } from "../resources/rules/pod-resize-errors.ts";
import { plainStrategy } from "../resources/status-strategy.ts";
import { dropDisabledFields } from "../validation/pod/dropped-fields.ts";
import { getVerb } from "./get.ts";
import { patchVerb } from "./patch.ts";
import { updateVerb } from "./update.ts";

/** `pods/ephemeralcontainers` and `pods/resize`: the Pod itself, of which one part may change. */
export async function podPartVerb(call: Call): Promise<ApiResponse> {
  const { verb, subresource } = call.info;
  if (verb === "get") return getVerb(call);
  const isResize = subresource === "resize";
  const strategy = isResize ? resizeStrategy(call.strategy) : ephemeralStrategy(call.strategy);
  return verb === "update" ? updateVerb({ ...call, strategy }) : patchVerb({ ...call, strategy });
}

function ephemeralStrategy(strategy: Strategy): Strategy {
  return {
    ...plainStrategy(strategy),
    prepareForUpdate(object, old) {
      const before = asJson(old);
      const spec: Draft = { ...child(before, "spec") };
      const added = child(object, "spec")?.["ephemeralContainers"];
      if (added === undefined) delete spec["ephemeralContainers"];
      else spec["ephemeralContainers"] = added;
      finish(object, before, spec);
    },
    validateUpdate: (object, old) => ephemeralUpdateErrors(asJson(object), asJson(old)),
  };
}

function resizeStrategy(strategy: Strategy): Strategy {
  return {
    ...plainStrategy(strategy),
    prepareForUpdate(object, old) {
      const before = asJson(old);
      const [now, was] = [child(object, "spec") ?? {}, child(before, "spec") ?? {}];
      const spec = resizedSpec(now, was);
      // What cannot be told apart is left as it is, to be refused.
      if (spec === now) count(object, was);
      else finish(object, before, { ...spec });
    },
    validateUpdate: (object, old) => podResizeErrors(asJson(object), asJson(old)),
  };
}

/** Metadata that a write of a part leaves as it is. */
const KEPT = [
  "deletionTimestamp",
  "generation",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
] as const;

function finish(object: Draft, before: JsonObject, spec: Draft): void {
  const metadata = ensureChild(object, "metadata");
  const old = child(before, "metadata") ?? {};
  for (const field of KEPT) {
    const value = old[field];
    if (value === undefined) delete metadata[field];
    else metadata[field] = value;
  }
  dropDisabledFields(spec);
  for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, before, { metadata, spec });
  count(object, child(before, "spec") ?? {});
}

function count(object: Draft, before: JsonObject): void {
  const metadata = ensureChild(object, "metadata");
  if (jsonEqual(child(object, "spec") ?? {}, before)) return;
  metadata["generation"] = Number(metadata["generation"] ?? 0) + 1;
}

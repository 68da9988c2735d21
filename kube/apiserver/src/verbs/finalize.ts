import type { ApiResponse } from "../http/api-request.ts";
import type { Call } from "../resources/call.ts";
import { asJson, child } from "../resources/draft-access.ts";
import { plainStrategy } from "../resources/status-strategy.ts";
import { finalizerErrors } from "../resources/rules/namespace-rules.ts";
import { updateVerb } from "./update.ts";
import { keep } from "../resources/builtin-strategy.ts";

/** PUT of `namespaces/finalize`: the finalizers of the spec; without any left a deleted Namespace goes. */
export function finalizeVerb(call: Call): Promise<ApiResponse> {
  const strategy: Call["strategy"] = {
    ...plainStrategy(call.strategy),
    resetFields: [["status"]],
    prepareForUpdate(object, old) {
      keep(object, asJson(old), "status");
      object["spec"] = { ...child(object, "spec") };
    },
    validateUpdate: (object) => finalizerErrors(asJson(object), (index) => `spec.finalizers[${index}]`),
  };
  return updateVerb({ ...call, strategy });
}

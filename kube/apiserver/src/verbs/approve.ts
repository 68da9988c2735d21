import type { ApiResponse } from "../http/api-request.ts";
import type { Call } from "../resources/call.ts";
import { asJson, child, ensureChild } from "../resources/draft-access.ts";
import { keep } from "../resources/builtin-strategy.ts";
import { changeErrors, stampConditions } from "../resources/rules/certificate-rules.ts";
import { plainStrategy } from "../resources/status-strategy.ts";
import { getVerb } from "./get.ts";
import { patchVerb } from "./patch.ts";
import { updateVerb } from "./update.ts";

/** `certificatesigningrequests/approval`: whether a request is approved or denied, and nothing else of it. */
export function approvalVerb(call: Call): Promise<ApiResponse> {
  const strategy: Call["strategy"] = {
    ...plainStrategy(call.strategy),
    resetFields: [["spec"], ["status", "certificate"]],
    prepareForUpdate(object, old, { now }) {
      const before = asJson(old);
      const conditions = child(object, "status")?.["conditions"];
      keep(object, before, "spec");
      object["status"] = { ...child(before, "status") };
      const status = ensureChild(object, "status");
      if (conditions === undefined) delete status["conditions"];
      else status["conditions"] = conditions;
      stampConditions(object, before, now);
    },
    validateUpdate: (object, old) => changeErrors(asJson(object), asJson(old), "approval"),
  };
  const changed = { ...call, strategy };
  if (call.info.verb === "update") return updateVerb(changed);
  if (call.info.verb === "patch") return patchVerb(changed);
  return getVerb(changed);
}

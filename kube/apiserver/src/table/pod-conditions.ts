import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { asJson, child, text } from "../resources/draft-access.ts";

const outcomes: Readonly<Record<string, string>> = {
  Succeeded: "The pod has completed successfully.",
  Failed: "The pod failed.",
};

/** What a row says of a Pod that has ended. */
export function podConditions(pod: KubeObject): readonly JsonObject[] {
  const phase = text(child(asJson(pod), "status"), "phase");
  const message = Object.hasOwn(outcomes, phase) ? outcomes[phase] : undefined;
  return message === undefined ? [] : [{ type: "Completed", status: "True", reason: phase, message }];
}

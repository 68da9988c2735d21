import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { Hook } from "./hooks.ts";

/** What an audit log is told of one call of a webhook. */
export interface HookTrace {
  /** The hook was asked, whatever came of it. */
  called(): void;
  annotated(annotations: JsonObject): void;
  patched(operations: readonly JsonValue[]): void;
  failedOpen(): void;
  /** The turn of a hook that may change objects is over. */
  ended(isMutated: boolean): void;
}

/** The trace of a hook's turn, by its place among the turns; nothing where requests are not recorded. */
export function hookTrace(
  { context: { audit } }: AdmissionRequest,
  { hook, isMutating, place }: { readonly hook: Hook; readonly isMutating: boolean; readonly place: string },
): HookTrace | undefined {
  if (audit === undefined) return undefined;
  const { configuration, name: webhook } = hook;
  let isCalled = false;
  return {
    called: () => {
      isCalled = true;
    },
    annotated: (annotations) => {
      for (const [key, value] of Object.entries(annotations))
        if (typeof value === "string") audit.annotate(`${webhook}/${key}`, value);
    },
    patched: (patch) => {
      if (!audit.isAtLeast("Request")) return;
      const value = writeJson({ configuration, webhook, patch, patchType: "JSONPatch" });
      audit.annotate(`patch.webhook.admission.k8s.io/${place}`, value);
    },
    failedOpen: () => {
      const mode = isMutating ? "mutation" : "validating";
      audit.annotate(`failed-open.${mode}.webhook.admission.k8s.io/${place}`, webhook);
    },
    ended: (mutated) => {
      if (!isCalled) return;
      const value = JSON.stringify({ configuration, webhook, mutated });
      audit.annotate(`mutation.webhook.admission.k8s.io/${place}`, value);
    },
  };
}

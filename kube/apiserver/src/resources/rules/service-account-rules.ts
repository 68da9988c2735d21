import type { JsonObject } from "@weir/core";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

/** Of the Secrets of an account only names matter. */
export const serviceAccountRules: KindRules = {
  prepareForCreate: keepNames,
  prepareForUpdate: keepNames,
  warnings(account, old) {
    const has = (object: JsonObject | undefined): boolean =>
      Object.hasOwn(child(child(object, "metadata"), "annotations") ?? {}, ENFORCE);
    if (!has(account) || has(old)) return [];
    return [
      `metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ];
  },
};

function keepNames(account: Draft): void {
  if (!Array.isArray(account["secrets"])) return;
  account["secrets"] = children(account, "secrets").map((secret) => {
    const name = text(secret, "name");
    return name === "" ? {} : { name };
  });
}

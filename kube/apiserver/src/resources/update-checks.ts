import type { JsonObject } from "@weir/core";
import type { FieldError } from "@weir/schema";
import { nameRuleOf } from "../validation/name-rules.ts";
import { validateKindMetaUpdate, validateObjectMeta } from "../validation/object-meta.ts";
import type { KindRules } from "./builtin-strategy.ts";
import type { WriteContext } from "./resource.ts";

/**
 * What the rules of a kind look at in an update: what changed of the metadata, the metadata as a whole, the object as if it
 * were new, or what an update alone is refused for.
 */
export type UpdateCheck = "changes" | "whole" | "object" | "update";

const NOTHING: readonly FieldError[] = [];

/** What a kind's rules say of an update, in upstream's order; what is looked at twice is told twice. */
// oxlint-disable-next-line max-params -- the rules and what they are asked
export function checkUpdate(
  rules: KindRules,
  object: JsonObject,
  old: JsonObject,
  context: WriteContext,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const known = new Map<UpdateCheck, readonly FieldError[]>();
  for (const check of rules.updateChecks ?? []) {
    const found = known.get(check) ?? look(check);
    known.set(check, found);
    if (found.length > 0) errors.push(...found);
  }
  return errors;

  function look(check: UpdateCheck): readonly FieldError[] {
    switch (check) {
      case "changes":
        if (context.hasCleanMetadata === true) return NOTHING;
        return validateKindMetaUpdate(object, old, context.resource);
      case "whole":
        if (context.hasCleanMetadata === true) return NOTHING;
        return validateObjectMeta(object, context.resource, nameRuleOf(context.resource));
      case "object":
        return rules.validate?.(object, context) ?? [];
      case "update":
        return rules.validateUpdate?.(object, old, context) ?? [];
    }
  }
}

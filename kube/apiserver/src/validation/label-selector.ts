import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, forbiddenField } from "@weir/schema";
import { labelSelectorFrom, LabelSelectorError, type LabelSelectorSpec } from "@weir/text";
import { child, children, strings, text } from "../resources/draft-access.ts";
import { labelValueErrors } from "./names.ts";
import { labelErrors } from "./object-meta.ts";

/** What is wrong with a label selector of an object's spec; one that was stored before may compare with any value. */
export function selectorErrors(
  selector: JsonObject,
  field: string,
  takesAnyValue = false,
): readonly FieldError[] {
  const errors = [...labelErrors(child(selector, "matchLabels"), `${field}.matchLabels`)];
  children(selector, "matchExpressions").forEach((expression, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    const operator = text(expression, "operator");
    const values = strings(expression, "values");
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0)
        errors.push(requiredField(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0) {
        errors.push(
          forbiddenField(
            `${at}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        );
      }
    } else {
      errors.push(invalidField(`${at}.operator`, operator, "not a valid selector operator"));
    }
    errors.push(...labelErrors({ [text(expression, "key")]: "" }, `${at}.key`));
    if (!takesAnyValue) errors.push(...valueErrors(values, `${at}.values`));
  });
  return errors;
}

function valueErrors(values: readonly string[], field: string): readonly FieldError[] {
  return values.flatMap((value, index) =>
    labelValueErrors(value).map((why) => invalidField(`${field}[${index}]`, value, why)),
  );
}

/** Whether a selector of an object's spec selects some labels. */
export function selects(selector: JsonObject, labels: JsonObject): boolean {
  try {
    return labelSelectorFrom(selector as LabelSelectorSpec).matches(
      labels as Readonly<Record<string, string>>,
    );
  } catch (error) {
    if (error instanceof LabelSelectorError) return false;
    throw error;
  }
}

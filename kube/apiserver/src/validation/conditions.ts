import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { integer, text } from "../resources/draft-access.ts";
import { qualifiedNameErrors } from "./names.ts";

const STATUSES = ["False", "True", "Unknown"];
const REASON = /^[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const REASON_FORM =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";
const LONGEST_REASON = 1024;
const LONGEST_MESSAGE = 32 * 1024;

/** What is wrong with the conditions of a status, as all kinds have them that hold upstream's own type. */
export function conditionErrors(conditions: readonly JsonObject[], field: string): readonly FieldError[] {
  const types = new Set<string>();
  return conditions.flatMap((condition, index) => {
    const at = `${field}[${index}]`;
    const type = text(condition, "type");
    const isTwice = types.has(type);
    types.add(type);
    return [...(isTwice ? [duplicateField(`${at}.type`, type)] : []), ...oneErrors(condition, at)];
  });
}

function oneErrors(condition: JsonObject, at: string): readonly FieldError[] {
  const type = text(condition, "type");
  const status = text(condition, "status");
  const generation = integer(condition, "observedGeneration") ?? 0;
  const errors: FieldError[] = qualifiedNameErrors(type).map((why) => invalidField(`${at}.type`, type, why));
  if (!STATUSES.includes(status)) errors.push(unsupportedField(`${at}.status`, status, STATUSES));
  if (generation < 0)
    errors.push(
      invalidField(`${at}.observedGeneration`, generation, "must be greater than or equal to zero"),
    );
  if (text(condition, "lastTransitionTime") === "") errors.push(requiredField(`${at}.lastTransitionTime`));
  errors.push(...reasonErrors(text(condition, "reason"), `${at}.reason`));
  if (Buffer.byteLength(text(condition, "message")) > LONGEST_MESSAGE)
    errors.push(tooLongField(`${at}.message`, LONGEST_MESSAGE));
  return errors;
}

function reasonErrors(reason: string, at: string): readonly FieldError[] {
  if (reason === "") return [requiredField(at)];
  return [
    ...(REASON.test(reason) ? [] : [invalidField(at, reason, REASON_FORM)]),
    ...(Buffer.byteLength(reason) > LONGEST_REASON ? [tooLongField(at, LONGEST_REASON)] : []),
  ];
}

import { type FieldError, invalidField, requiredField, tooLongField } from "@weir/schema";
import { dns1123Subdomain } from "../../validation/names.ts";

const LONGEST = 63;

/** What is wrong with the name of a CSI driver, which may be written in capitals. */
export function csiDriverNameErrors(name: string, field: string): readonly FieldError[] {
  if (name === "") return [requiredField(field)];
  return [
    ...(Buffer.byteLength(name) > LONGEST ? [tooLongField(field, LONGEST)] : []),
    ...dns1123Subdomain(name.toLowerCase(), false).map((why) => invalidField(field, name, why)),
  ];
}

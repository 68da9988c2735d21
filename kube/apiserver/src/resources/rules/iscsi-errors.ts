import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { child, number, text } from "../draft-access.ts";

const FORMAT = "must be valid format";
const TOO_LONG =
  "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";

/** Upstream's own patterns: the first may begin anywhere, and the dots after `eui` and `naa` are any character. */
const FORMATS: readonly (readonly [prefix: string, pattern: RegExp])[] = [
  ["iqn", /iqn\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9\-.]+:[^,;*&$|\t\n\f\r ]+$/],
  ["eui", /^eui.[A-Za-z0-9]{16}$/],
  ["naa", /^naa.[A-Za-z0-9]{32}$/],
];

function hasFormat(name: string): boolean {
  const known = FORMATS.find(([prefix]) => name.startsWith(prefix));
  return known?.[1].test(name) ?? false;
}

/** What is wrong with a volume's iSCSI target. */
export function iscsiErrors(source: JsonObject, field: string, volume: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const portal = text(source, "targetPortal");
  const initiator = source["initiatorName"];
  if (portal === "") errors.push(requiredField(`${field}.targetPortal`));
  if (typeof initiator === "string" && Buffer.byteLength(`${volume}:${portal}`) > 64)
    errors.push(invalidField(`${field}.targetportal`, portal, TOO_LONG));
  const target = text(source, "iqn");
  if (target === "") errors.push(requiredField(`${field}.iqn`));
  else if (!hasFormat(target)) errors.push(invalidField(`${field}.iqn`, target, FORMAT));
  const unit = number(source, "lun") ?? 0;
  if (unit < 0 || unit > 255)
    errors.push(invalidField(`${field}.lun`, unit, "must be between 0 and 255, inclusive"));
  errors.push(...secretErrors(source, `${field}.secretRef`));
  if (typeof initiator === "string" && !hasFormat(initiator))
    errors.push(invalidField(`${field}.initiatorname`, initiator, FORMAT));
  return errors;
}

function secretErrors(source: JsonObject, field: string): readonly FieldError[] {
  const isChecked = source["chapAuthDiscovery"] === true || source["chapAuthSession"] === true;
  const secret = child(source, "secretRef");
  if (secret === undefined) return isChecked ? [requiredField(field)] : [];
  return text(secret, "name") === "" ? [requiredField(`${field}.name`)] : [];
}

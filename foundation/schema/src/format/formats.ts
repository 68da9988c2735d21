import { isCidr, isIpv4, isIpv6 } from "./ip-address.ts";
import { isCreditCard, isIsbn10, isIsbn13 } from "./number-format.ts";
import { isDate, isDateTime, isDuration } from "./time-format.ts";
import { isEmail, isHostname, isMac, isRequestUri } from "./web-format.ts";

type FormatCheck = (text: string) => boolean;

const BYTE = "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])";
const RGB = new RegExp(`^rgb\\(\\s*${BYTE}\\s*,\\s*${BYTE}\\s*,\\s*${BYTE}\\s*\\)$`);
const SHORT_NAME = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const LONG_NAME = new RegExp(`^${SHORT_NAME}(?:\\.${SHORT_NAME})*$`);

function matching(pattern: RegExp): FormatCheck {
  return (text) => pattern.test(text);
}

/** The string formats that the API server enforces in CRDs; the names are without dashes. */
const STRING_FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ["bsonobjectid", matching(/^[0-9a-fA-F]{24}$/)],
  ["uri", isRequestUri],
  ["email", isEmail],
  ["hostname", isHostname],
  // An IPv6 address that ends in an IPv4 one counts as both.
  ["ipv4", (text) => isIpv4(text) || (text.includes(".") && isIpv6(text))],
  ["ipv6", isIpv6],
  ["cidr", isCidr],
  ["mac", isMac],
  ["uuid", matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ["uuid3", matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ["uuid4", matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ["uuid5", matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["ssn", matching(/^(?=.{11}$)[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$/)],
  ["hexcolor", matching(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ["rgbcolor", matching(RGB)],
  ["byte", matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ["password", () => true],
  ["date", isDate],
  ["duration", isDuration],
  ["datetime", isDateTime],
  ["k8sshortname", (text) => text.length <= 63 && new RegExp(`^${SHORT_NAME}$`).test(text)],
  ["k8slongname", (text) => text.length <= 253 && LONG_NAME.test(text)],
]);

function normalizeFormat(format: string): string {
  return format.replaceAll("-", "");
}

/** The check of a string format; `undefined` for one that the API server does not enforce. */
export function stringFormat(format: string): FormatCheck | undefined {
  return STRING_FORMATS.get(normalizeFormat(format));
}

/**
 * Whether the API server knows a format for a type; it ignores others, and warns `unrecognized format "…"` when a CRD
 * brings one.
 */
export function isKnownFormat(type: string | undefined, format: string): boolean {
  switch (type) {
    case undefined:
    case "":
    case "string":
      return STRING_FORMATS.has(normalizeFormat(format));
    case "integer":
      return format === "int32" || format === "int64";
    case "number":
      return format === "float" || format === "double";
    default:
      return false;
  }
}

import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { dns1123Subdomain } from "./names.ts";

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;
const PATH_RULE = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";

/** What is wrong with a path below a domain, such as `acme.io/foo`. */
export function domainPathErrors(value: string, field: string): readonly FieldError[] {
  if (value === "") return [requiredField(field)];
  const slash = value.indexOf("/");
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || path === "")
    return [invalidField(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = dns1123Subdomain(host, false).map((why) => invalidField(field, host, why));
  return PATH.test(path) ? errors : [...errors, invalidField(field, path, PATH_RULE)];
}

/** A rule for names: gives what is wrong, in Kubernetes' words. */
export type NameRule = (name: string, isPrefix: boolean) => readonly string[];

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

const LABEL_MAX = 63;
const SUBDOMAIN_MAX = 253;

function mustNotBeLonger(limit: number, unit = "bytes"): string {
  return `must be no more than ${limit} ${unit}`;
}

/** A generated name's prefix may end in a dash: something follows it. */
function masked(name: string, isPrefix: boolean): string {
  return isPrefix && name.length > 1 && name.endsWith("-") ? `${name.slice(0, -1)}a` : name;
}

/** RFC 1123 label: namespaces, container names. */
export const dns1123Label: NameRule = (name, isPrefix) => {
  const value = masked(name, isPrefix);
  const errors: string[] = [];
  if (value.length > LABEL_MAX) errors.push(mustNotBeLonger(LABEL_MAX, "characters"));
  if (!LABEL.test(value)) {
    errors.push(
      SUBDOMAIN.test(value)
        ? "must not contain dots"
        : `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
    );
  }
  return errors;
};

/** RFC 1123 subdomain: the usual object name. */
export const dns1123Subdomain: NameRule = (name, isPrefix) => {
  const value = masked(name, isPrefix);
  const errors: string[] = [];
  if (value.length > SUBDOMAIN_MAX) errors.push(mustNotBeLonger(SUBDOMAIN_MAX, "characters"));
  if (!SUBDOMAIN.test(value)) {
    errors.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
    );
  }
  return errors;
};

/** RFC 1035 label: Service names. */
export const dns1035Label: NameRule = (name, isPrefix) => {
  const value = masked(name, isPrefix);
  const errors: string[] = [];
  if (value.length > LABEL_MAX) errors.push(mustNotBeLonger(LABEL_MAX, "characters"));
  if (!LABEL_1035.test(value)) {
    errors.push(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    );
  }
  return errors;
};

/** A name that is one segment of a path: RBAC kinds. */
export const pathSegmentName: NameRule = (name, isPrefix) => {
  if (!isPrefix && (name === "." || name === "..")) return [`may not be '${name}'`];
  const errors: string[] = [];
  for (const illegal of ["/", "%"]) {
    if (name.includes(illegal)) errors.push(`may not contain '${illegal}'`);
  }
  return errors;
};

/** Keys of labels and annotations: `prefix/name`. */
export function qualifiedNameErrors(value: string): readonly string[] {
  const errors: string[] = [];
  const parts = value.split("/");
  let name = parts[0] ?? "";
  if (parts.length === 2) {
    const prefix = parts[0] ?? "";
    name = parts[1] ?? "";
    if (prefix === "") errors.push("prefix part must be non-empty");
    else errors.push(...dns1123Subdomain(prefix, false).map((error) => `prefix part ${error}`));
  } else if (parts.length > 2) {
    return [
      `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (name === "") errors.push("name part must be non-empty");
  else if (name.length > LABEL_MAX) errors.push(`name part ${mustNotBeLonger(LABEL_MAX)}`);
  if (!QUALIFIED.test(name)) {
    errors.push(
      `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}')`,
    );
  }
  return errors;
}

/** Values of labels. */
export function labelValueErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > LABEL_MAX) errors.push(mustNotBeLonger(LABEL_MAX));
  if (value !== "" && !QUALIFIED.test(value)) {
    errors.push(
      `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    );
  }
  return errors;
}

/** Keys of ConfigMaps and Secrets: file names. */
export function configKeyErrors(key: string): readonly string[] {
  const errors: string[] = [];
  if (key.length > SUBDOMAIN_MAX) errors.push(mustNotBeLonger(SUBDOMAIN_MAX, "characters"));
  if (!CONFIG_KEY.test(key)) {
    errors.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === ".") errors.push("must not be '.'");
  else if (key === "..") errors.push("must not be '..'");
  else if (key.startsWith("..")) errors.push("must not start with '..'");
  return errors;
}

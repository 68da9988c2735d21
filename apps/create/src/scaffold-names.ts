import { CreateError } from "./create-error.ts";

/** What a person says of the new kind. */
export interface WantedNames {
  /** The name of the package, of its Deployment and of its controller: `my-app`. */
  readonly name: string;
  /** The API group; `example.com` by default. */
  readonly group?: string;
  /** The kind; made of the name by default, `MyApp`. */
  readonly kind?: string;
  /** Its name in URLs; the kind in lower case with an English plural by default. */
  readonly plural?: string;
}

/** All names that the new package needs. */
export interface ScaffoldNames {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** The kind as a file name: `my-app`. */
  readonly file: string;
}

/** The group where none is given. */
export const DEFAULT_GROUP = "example.com";

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
// A Namespace `<name>-system` and a finalizer `<name>.<group>/pods` are made of it.
const LONGEST_NAME = 50;

/** Fills in what was not said. Throws a `CreateError` where Kubernetes or npm would refuse a name. */
export function scaffoldNames(wanted: WantedNames): ScaffoldNames {
  const { name, group = DEFAULT_GROUP } = wanted;
  const kind = wanted.kind ?? kindOf(name);
  const plural = wanted.plural ?? pluralOf(kind.toLowerCase());
  refuseUnless(
    LABEL.test(name) && name.length <= LONGEST_NAME,
    `a name is lower case letters, digits and dashes, ${LONGEST_NAME} at most: ${JSON.stringify(name)} is not`,
  );
  const labels = group.split(".");
  refuseUnless(
    labels.length > 1 && group.length <= 200 && labels.every((label) => LABEL.test(label)),
    `a group is a domain of one's own, such as ${DEFAULT_GROUP}: ${JSON.stringify(group)} is not`,
  );
  refuseUnless(
    /^[A-Z][A-Za-z0-9]{0,62}$/.test(kind),
    `a kind is one word that begins with a capital, such as MyApp: ${JSON.stringify(kind)} is not`,
  );
  refuseUnless(
    /^[a-z][a-z0-9]{0,62}$/.test(plural),
    `a plural is one word in lower case, such as myapps: ${JSON.stringify(plural)} is not`,
  );
  return { name, group, kind, plural, file: fileOf(kind) };
}

/** `my-app` → `MyApp`. */
export function kindOf(name: string): string {
  return name
    .split("-")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("");
}

/** As Kubernetes guesses. */
function pluralOf(word: string): string {
  if (word.endsWith("s")) return `${word}es`;
  return word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** `MyApp` → `my-app`, `HTTPProxy` → `http-proxy`. */
function fileOf(kind: string): string {
  return kind
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}

function refuseUnless(isAllowed: boolean, message: string): void {
  if (!isAllowed) throw new CreateError("InvalidName", message);
}

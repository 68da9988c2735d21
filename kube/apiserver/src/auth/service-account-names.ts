/** The ServiceAccount that a user name stands for; `undefined` where it is none. */
export function accountOf(name: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!name.startsWith(ACCOUNT)) return undefined;
  const [namespace = "", account = "", ...more] = name.slice(ACCOUNT.length).split(":");
  if (more.length > 0 || !isLabel(namespace) || !isSubdomain(account)) return undefined;
  return { namespace, name: account };
}

/** The Node that a user name stands for; `undefined` where it is none. */
export function nodeOf(name: string): string | undefined {
  if (!name.startsWith(NODE)) return undefined;
  const node = name.slice(NODE.length);
  return isSubdomain(node) ? node : undefined;
}

/** The groups of every ServiceAccount of a namespace. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
}

const ACCOUNT = "system:serviceaccount:";
const NODE = "system:node:";
const MAX_SUBDOMAIN = 253;
const MAX_LABEL = 63;

function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL && LABEL.test(text);
}

function isSubdomain(text: string): boolean {
  return text.length <= MAX_SUBDOMAIN && text.split(".").every((part) => LABEL.test(part));
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

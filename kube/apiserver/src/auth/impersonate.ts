import { TransientMap } from "@weir/core";
import { badRequestError } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { forbidden } from "./forbidden.ts";
import type { Attributes, Decision } from "./rbac.ts";
import { accountOf, nodeOf, serviceAccountGroups } from "./service-account-names.ts";
import { anonymous, type UserInfo } from "./user-info.ts";

/** Whether an attribute may be impersonated. */
export type Decide = (attributes: Attributes) => Promise<Decision>;

/** Lower-case names with their values, each as often as it was sent. */
type Headers = readonly (readonly [name: string, value: string])[];

/** Whom a request wants to be seen as, as its headers say. */
interface Wanted {
  readonly name: string;
  readonly uid: string;
  /** Absent where no header names one. */
  readonly groups: readonly string[] | undefined;
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** A way to impersonate: Kubernetes tries the narrow ones first, and the one that succeeded last before them. */
interface Mode {
  readonly name: "associated-node" | "arbitrary-node" | "serviceaccount" | "user-info" | "legacy";
  appliesTo(wanted: Wanted, requestor: UserInfo): boolean;
}

const NODE_NAME = "authentication.kubernetes.io/node-name";

const modes: readonly Mode[] = [
  {
    name: "associated-node",
    appliesTo: (wanted, requestor) => {
      const node = isNameOnly(wanted) ? nodeOf(wanted.name) : undefined;
      const own = requestor.extra?.[NODE_NAME];
      return (
        node !== undefined && accountOf(requestor.name) !== undefined && own?.length === 1 && own[0] === node
      );
    },
  },
  { name: "arbitrary-node", appliesTo: (wanted) => isNameOnly(wanted) && nodeOf(wanted.name) !== undefined },
  {
    name: "serviceaccount",
    appliesTo: (wanted) => isNameOnly(wanted) && accountOf(wanted.name) !== undefined,
  },
  {
    name: "user-info",
    appliesTo: ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined,
  },
  { name: "legacy", appliesTo: () => true },
];

function isNameOnly({ uid, groups, extra }: Wanted): boolean {
  return uid === "" && groups === undefined && extra.size === 0;
}

/** How many users' modes are remembered. */
const MAX_REMEMBERED = 10_000;

/** Lets requests be seen as somebody else's, by the rights of who makes them. */
export class Impersonation {
  readonly #lastModes = new TransientMap<Mode>();

  /**
   * The user that the headers `impersonate-` of a request ask to be seen as; `undefined` where they ask for none. Throws
   * a 400 or 403.
   */
  async user(headers: Headers, about: Attributes, decide: Decide): Promise<UserInfo | undefined> {
    const wanted = readHeaders(headers);
    if (wanted === undefined) return undefined;
    return this.#impersonate(wanted, about, decide);
  }

  async #impersonate(wanted: Wanted, about: Attributes, decide: Decide): Promise<UserInfo> {
    const last = this.#lastModes.get(about.user.name);
    const order = last === undefined ? modes : [last, ...modes.filter((mode) => mode !== last)];
    let first: unknown;
    for (const mode of order) {
      if (!mode.appliesTo(wanted, about.user)) continue;
      const tried = await tryMode(mode, wanted, { about, decide });
      if (tried.kind === "allowed") {
        if (this.#lastModes.size >= MAX_REMEMBERED) this.#lastModes.clear();
        this.#lastModes.set(about.user.name, mode);
        return tried.user;
      }
      first ??= tried.error;
    }
    throw first;
  }
}

const EXTRA = "impersonate-extra-";

function readHeaders(headers: Headers): Wanted | undefined {
  const first = (name: string): string => utf8(headers.find(([key]) => key === name)?.[1] ?? "");
  const named = headers.filter(([key]) => key === "impersonate-group").map(([, value]) => utf8(value));
  const extra = new Map<string, string[]>();
  for (const [key, value] of headers) {
    if (!key.startsWith(EXTRA)) continue;
    const name = unescapeKey(key.slice(EXTRA.length));
    extra.set(name, [...(extra.get(name) ?? []), utf8(value)]);
  }
  const groups = named.length === 0 ? undefined : named;
  const wanted = { name: first("impersonate-user"), uid: first("impersonate-uid"), groups, extra };
  if (wanted.name !== "") return wanted;
  if (wanted.uid !== "" || groups !== undefined || extra.size > 0) throw badRequestError(withoutName(wanted));
  return undefined;
}

/** Headers come as bytes; Kubernetes reads them as UTF-8. */
function utf8(value: string): string {
  // oxlint-disable-next-line no-control-regex -- what is no ASCII
  return /^[\u0000-\u007f]*$/.test(value) ? value : Buffer.from(value, "latin1").toString("utf8");
}

/** A key is percent-encoded; one that is so in a wrong way is taken as it stands. */
function unescapeKey(key: string): string {
  if (!key.includes("%")) return key;
  if (/%(?![0-9a-f]{2})/.test(key)) return key;
  const bytes = key.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** As Go prints the user with `%#v`. */
function withoutName({ uid, groups, extra }: Wanted): string {
  const list = (items: readonly string[]): string => `[]string{${items.map(quoteGo).join(", ")}}`;
  const groupsText = groups === undefined ? "[]string(nil)" : list(groups);
  const entries = [...extra]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${quoteGo(key)}:${list(values)}`);
  const extraText =
    extra.size === 0 ? "map[string][]string(nil)" : `map[string][]string{${entries.join(", ")}}`;
  return `requested &user.DefaultInfo{Name:"", UID:${quoteGo(uid)}, Groups:${groupsText}, Extra:${extraText}} without impersonating a user name`;
}

interface Asking {
  readonly about: Attributes;
  readonly decide: Decide;
}

type Tried =
  | { readonly kind: "allowed"; readonly user: UserInfo }
  | { readonly kind: "refused"; readonly error: Error };

async function tryMode(mode: Mode, wanted: Wanted, { about, decide }: Asking): Promise<Tried> {
  const isConstrained = mode.name !== "legacy";
  const asks = isConstrained
    ? [{ ...about, verb: `impersonate-on:${mode.name}:${about.verb}` }, ...asksOf(mode, wanted, about.user)]
    : asksOf(mode, wanted, about.user);
  for (const ask of asks) {
    const why = "why" in ask ? ask.why : undefined;
    if (why !== undefined) return { kind: "refused", error: forbidden(ask, why) };
    const decision = await decide(ask);
    if (!decision.isAllowed) return { kind: "refused", error: forbidden(ask, decision.reason) };
  }
  return { kind: "allowed", user: complete(wanted, isConstrained) };
}

/** One thing that must be allowed, or that never is. */
type Ask = Attributes & { readonly why?: string };

const AUTHENTICATION = "authentication.k8s.io";

/** Who may impersonate may do so for the user, the uid, each group and each value of an extra. */
function asksOf(mode: Mode, wanted: Wanted, user: UserInfo): readonly Ask[] {
  const isConstrained = mode.name !== "legacy";
  const verb = isConstrained ? `impersonate:${mode.name}` : "impersonate";
  const group = isConstrained ? AUTHENTICATION : "";
  const ask = (resource: string, name: string): Ask => ({
    user,
    verb,
    group: resource === "uids" || resource === "userextras" ? AUTHENTICATION : group,
    resource,
    subresource: "",
    namespace: "",
    name,
  });
  const account = accountOf(wanted.name);
  const node = isConstrained ? nodeOf(wanted.name) : undefined;
  const whom =
    account !== undefined
      ? { ...ask("serviceaccounts", account.name), namespace: account.namespace }
      : node === undefined
        ? ask("users", wanted.name)
        : ask("nodes", mode.name === "associated-node" ? "*" : node);
  const extras = [...wanted.extra].flatMap(([subresource, values]) =>
    values.map((value) => ({ ...ask("userextras", value), subresource })),
  );
  return [
    whom,
    ...(wanted.uid === "" ? [] : [ask("uids", wanted.uid)]),
    ...(isConstrained ? neverAllowed(wanted, ask) : []),
    ...(wanted.groups ?? []).map((name) => ask("groups", name)),
    ...extras,
  ];
}

/** What the narrow modes refuse whatever the rights are. */
function neverAllowed(
  { groups = [], extra }: Wanted,
  ask: (resource: string, name: string) => Ask,
): readonly Ask[] {
  if (groups.includes(""))
    return [{ ...ask("groups", ""), why: "impersonating the empty string group is not allowed" }];
  if (groups.includes("system:masters")) {
    const why = "impersonating the system:masters group is not allowed";
    return [{ ...ask("groups", "system:masters"), why }];
  }
  for (const [key, values] of extra) {
    const refuse = (what: string): readonly Ask[] => [
      { ...ask("userextras", ""), why: `impersonating ${what} in extra is not allowed` },
    ];
    if (key === "") return refuse("the empty string key");
    if (values.includes("")) return refuse("the empty string value");
  }
  return [];
}

/** Groups that come with the kind of user are added, unless the request names groups for a service account. */
function complete(wanted: Wanted, isConstrained: boolean): UserInfo {
  const account = accountOf(wanted.name);
  const isNode = isConstrained && nodeOf(wanted.name) !== undefined;
  const fixed = account === undefined ? [] : serviceAccountGroups(account.namespace);
  const groups = isNode ? ["system:nodes"] : (wanted.groups ?? fixed);
  const user: UserInfo = {
    name: wanted.name,
    groups,
    ...(wanted.uid === "" ? {} : { uid: wanted.uid }),
    ...(wanted.extra.size === 0 ? {} : { extra: Object.fromEntries(wanted.extra) }),
  };
  if (wanted.name === anonymous.name) return withGroup(user, "system:unauthenticated");
  return groups.includes("system:unauthenticated") ? user : withGroup(user, "system:authenticated");
}

function withGroup(user: UserInfo, group: string): UserInfo {
  return user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] };
}

import { badRequestError } from "@weir/objects";
import type { ApiRequest } from "../http/api-request.ts";
import { authenticated } from "./authenticate.ts";
import { forbidden } from "./forbidden.ts";
import type { Attributes, Decision } from "./rbac.ts";
import { serviceAccountGroups } from "./service-account-tokens.ts";
import { anonymous, type UserInfo } from "./user-info.ts";

/** Whether an attribute may be impersonated. */
export type Decide = (attributes: Attributes) => Promise<Decision>;

/** The user that a request asks to be seen as; `undefined` where it asks for none. Throws a 400 or 403. */
export async function impersonated(
  request: ApiRequest,
  about: Attributes,
  decide: Decide,
): Promise<UserInfo | undefined> {
  const headers = request.headersWithPrefix("impersonate-");
  if (headers.length === 0) return undefined;
  const wanted = readHeaders(headers);
  if (wanted.name === "") throw badRequestError(withoutName(wanted));
  await check(wanted, about, decide);
  return complete(wanted);
}

interface Wanted {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const EXTRA = "impersonate-extra-";

function readHeaders(headers: readonly (readonly [string, string])[]): Wanted {
  const of = (name: string): string => headers.find(([key]) => key === name)?.[1] ?? "";
  const groups = headers
    .filter(([key]) => key === "impersonate-group")
    .flatMap(([, value]) => value.split(/,\s*/));
  const extra: Record<string, readonly string[]> = {};
  for (const [key, value] of headers) {
    if (key.startsWith(EXTRA)) extra[decodeURIComponent(key.slice(EXTRA.length))] = value.split(/,\s*/);
  }
  return { name: of("impersonate-user"), uid: of("impersonate-uid"), groups, extra };
}

function withoutName({ uid, groups }: Wanted): string {
  const list = groups.map((group) => JSON.stringify(group)).join(", ");
  return `requested &user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:[]string{${list}}, Extra:map[string][]string(nil)} without impersonating a user name`;
}

/** Who may impersonate may do so for users, groups, uids and extras one by one. */
async function check(wanted: Wanted, about: Attributes, decide: Decide): Promise<void> {
  const account = serviceAccountOf(wanted.name);
  const asks: (readonly [
    resource: string,
    subresource: string,
    name: string,
    group: string,
    namespace: string,
  ])[] = [
    account === undefined
      ? ["users", "", wanted.name, "", ""]
      : ["serviceaccounts", "", account.name, "", account.namespace],
    ...wanted.groups.map((name) => ["groups", "", name, "", ""] as const),
    ...(wanted.uid === "" ? [] : [["uids", "", wanted.uid, "authentication.k8s.io", ""] as const]),
    ...Object.entries(wanted.extra).flatMap(([key, values]) =>
      values.map((value) => ["userextras", key, value, "authentication.k8s.io", ""] as const),
    ),
  ];
  for (const [resource, subresource, name, group, namespace] of asks) {
    const ask: Attributes = {
      user: about.user,
      verb: "impersonate",
      group,
      resource,
      subresource,
      namespace,
      name,
    };
    const decision = await decide(ask);
    if (decision.isAllowed) continue;
    // The refusal names the constrained form, the last one that was tried.
    throw forbidden(
      about,
      `impersonate-on:${account === undefined ? "user-info" : "serviceaccount"}:${about.verb}`,
    );
  }
}

function serviceAccountOf(name: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  return match === null ? undefined : { namespace: match[1] ?? "", name: match[2] ?? "" };
}

/** Groups that come with the kind of user are added, unless the request names groups for a service account. */
function complete(wanted: Wanted): UserInfo {
  const account = serviceAccountOf(wanted.name);
  const own =
    account !== undefined && wanted.groups.length === 0
      ? serviceAccountGroups(account.namespace)
      : wanted.groups;
  const user: UserInfo = {
    name: wanted.name,
    groups: own,
    ...(wanted.uid === "" ? {} : { uid: wanted.uid }),
    ...(Object.keys(wanted.extra).length === 0 ? {} : { extra: wanted.extra }),
  };
  if (wanted.name === anonymous.name) return { ...user, groups: [...own, ...anonymous.groups] };
  return authenticated(user);
}

import type { JsonObject } from "@weir/core";
import { child, number, text } from "../resources/draft-access.ts";
import { serviceAccountGroups } from "./service-account-names.ts";
import type { UserInfo } from "./user-info.ts";

/** What the claims of a token came to. */
export type CheckedClaims =
  | { readonly kind: "good"; readonly user: UserInfo }
  | { readonly kind: "bad"; readonly message: string };

/** Finds an object of the core group as it is stored. */
export type FindObject = (plural: string, namespace: string, name: string) => Promise<JsonObject | undefined>;

/** Clocks may differ by so much. */
const LEEWAY_SECONDS = 60;

const INVALIDATED = "service account token has been invalidated";

function bad(message: string): CheckedClaims {
  return { kind: "bad", message };
}

/** Checks a token's times, and that its account and what it is bound to are still the same. */
export async function checkClaims(
  find: FindObject,
  payload: JsonObject,
  nowSeconds: number,
): Promise<CheckedClaims> {
  const time = timeProblem(payload, nowSeconds);
  if (time !== undefined) return bad(time);
  const claims = child(payload, "kubernetes.io");
  const namespace = text(claims, "namespace");
  const account = child(claims, "serviceaccount");
  const problem =
    (await accountProblem(find, namespace, account, nowSeconds)) ??
    (await boundProblem({ find, namespace, nowSeconds }, claims));
  if (problem !== undefined) return bad(problem);
  return { kind: "good", user: boundUser(namespace, claims, text(payload, "jti")) };
}

function timeProblem(payload: JsonObject, now: number): string | undefined {
  const [expires, begins, issued] = ["exp", "nbf", "iat"].map((name) => number(payload, name));
  if (begins !== undefined && now + LEEWAY_SECONDS < begins) return "service account token is not valid yet";
  if (expires !== undefined && now - LEEWAY_SECONDS > expires) return "service account token has expired";
  if (issued !== undefined && now + LEEWAY_SECONDS < issued)
    return "service account token is issued in the future";
  return undefined;
}

// oxlint-disable-next-line max-params -- where, who and when
async function accountProblem(
  find: FindObject,
  namespace: string,
  account: JsonObject | undefined,
  nowSeconds: number,
): Promise<string | undefined> {
  const name = text(account, "name");
  const stored = await find("serviceaccounts", namespace, name);
  if (stored === undefined) return `serviceaccounts "${name}" not found`;
  const uid = uidOf(stored);
  if (uid !== text(account, "uid"))
    return `service account UID (${uid}) does not match claim (${text(account, "uid")})`;
  return isDeleted(stored, nowSeconds) ? `service account ${namespace}/${name} has been deleted` : undefined;
}

/** What a token can be bound to, by the name of the claim, and as errors call it. */
const bindings: readonly (readonly [claim: string, plural: string, title: string])[] = [
  ["secret", "secrets", "secret"],
  ["pod", "pods", "pod"],
  ["node", "nodes", "node"],
];

async function boundProblem(
  at: { readonly find: FindObject; readonly namespace: string; readonly nowSeconds: number },
  claims: JsonObject | undefined,
): Promise<string | undefined> {
  for (const [claim, plural, title] of bindings) {
    const bound = child(claims, claim);
    // A Pod's token names the Pod's Node without being bound to it.
    if (bound === undefined || (claim === "node" && child(claims, "pod") !== undefined)) continue;
    const stored = await at.find(plural, claim === "node" ? "" : at.namespace, text(bound, "name"));
    if (stored === undefined) return INVALIDATED;
    if (uidOf(stored) !== text(bound, "uid")) {
      return `${title} UID (${uidOf(stored)}) does not match service account ${title} ref claim (${text(bound, "uid")})`;
    }
    if (isDeleted(stored, at.nowSeconds)) return INVALIDATED;
  }
  return undefined;
}

function uidOf(object: JsonObject): string {
  return text(child(object, "metadata"), "uid");
}

function isDeleted(object: JsonObject, nowSeconds: number): boolean {
  const deleted = text(child(object, "metadata"), "deletionTimestamp");
  return deleted !== "" && Date.parse(deleted) / 1000 < nowSeconds - LEEWAY_SECONDS;
}

function boundUser(namespace: string, claims: JsonObject | undefined, jti: string): UserInfo {
  const account = child(claims, "serviceaccount");
  const pod = child(claims, "pod");
  const node = child(claims, "node");
  const extra: Record<string, readonly string[]> = {};
  const add = (name: string, value: string): void => {
    if (value !== "") extra[`authentication.kubernetes.io/${name}`] = [value];
  };
  add("pod-name", text(pod, "name"));
  add("pod-uid", text(pod, "uid"));
  add("node-name", text(node, "name"));
  add("node-uid", text(node, "uid"));
  add("credential-id", jti === "" ? "" : `JTI=${jti}`);
  return accountUser(namespace, { name: text(account, "name"), uid: text(account, "uid") }, extra);
}

function accountUser(
  namespace: string,
  account: { readonly name: string; readonly uid: string },
  extra: Readonly<Record<string, readonly string[]>> = {},
): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${account.name}`,
    uid: account.uid,
    groups: [...serviceAccountGroups(namespace), "system:authenticated"],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

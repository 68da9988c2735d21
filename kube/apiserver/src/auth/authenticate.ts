import { timingSafeEqual } from "node:crypto";
import { unauthorizedError } from "@weir/objects";
import type { ApiRequest } from "../http/api-request.ts";
import type { ServiceAccountTokens } from "./service-account-tokens.ts";
import { administrator, anonymous, type UserInfo } from "./user-info.ts";

/** How the server tells who asks, and what they may do. */
export interface AuthOptions {
  /** Users by bearer token. */
  readonly tokens?: ReadonlyMap<string, UserInfo>;
  /** `RBAC` enforces Roles and bindings; `AlwaysAllow`, the default, lets everyone who is known do everything. */
  readonly authorization?: "AlwaysAllow" | "RBAC";
  /** Who calls `fetch` without credentials: the administrator by default, for it is the same process. */
  readonly withoutCredentials?: "administrator" | "anonymous";
}

/** Tells who makes a request; throws a 401 for credentials that are nobody's. */
export class Authenticator {
  readonly #options: AuthOptions;
  readonly #serviceAccounts: ServiceAccountTokens;

  constructor(options: AuthOptions, serviceAccounts: ServiceAccountTokens) {
    this.#options = options;
    this.#serviceAccounts = serviceAccounts;
  }

  /** `isTrusted` where the request comes from the same process; what is odd about the credentials is a warning. */
  async authenticate(request: ApiRequest, isTrusted: boolean, warnings: string[]): Promise<UserInfo> {
    const certificate = request.clientCertificate;
    if (certificate?.kind === "verified") return authenticated(certificate.user);
    const token = bearerToken(request.header("authorization"), warnings);
    if (token === undefined) {
      if (certificate !== undefined) throw unauthorizedError("Unauthorized");
      const isAdministrator = isTrusted && this.#options.withoutCredentials !== "anonymous";
      return isAdministrator ? administrator : anonymous;
    }
    const user = await this.userOf(token);
    if (user === undefined) throw unauthorizedError("Unauthorized");
    return user;
  }

  async userOf(token: string): Promise<UserInfo | undefined> {
    const known = this.#staticUser(token);
    if (known !== undefined) return authenticated(known);
    const verified = await this.#serviceAccounts.verify(token);
    return verified.kind === "verified" ? verified.user : undefined;
  }

  /** Every known token is compared, each in constant time, so that time tells nothing about them. */
  #staticUser(token: string): UserInfo | undefined {
    const given = Buffer.from(token);
    let found: UserInfo | undefined;
    for (const [known, user] of this.#options.tokens ?? []) {
      const expected = Buffer.from(known);
      if (expected.length === given.length && timingSafeEqual(expected, given)) found = user;
    }
    return found;
  }
}

/** Whoever is known is in one more group. */
export function authenticated(user: UserInfo): UserInfo {
  const group = "system:authenticated";
  return user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] };
}

/** The second word of a header that begins with `Bearer`; more words count for nothing, as upstream. */
function bearerToken(header: string | undefined, warnings: string[]): string | undefined {
  if (header === undefined) return undefined;
  const [scheme = "", token = "", after] = header.trim().split(" ", 3);
  if (scheme.toLowerCase() !== "bearer") return undefined;
  if (token === "" && after !== undefined) warnings.push(EXTRA_SPACE);
  return token === "" ? undefined : token;
}

const EXTRA_SPACE =
  "the provided Authorization header contains extra space before the bearer token, and is ignored";

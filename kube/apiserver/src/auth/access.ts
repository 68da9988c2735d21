import type { AuditRecord } from "../audit/audit-record.ts";
import { decodePath, type ResourceRequestInfo } from "../http/request-info.ts";
import { forbidden } from "./forbidden.ts";
import type { Attributes, Decision, RbacAuthorizer } from "./rbac.ts";
import { selectedName } from "../verbs/selection.ts";
import type { AuthOptions, Authenticator } from "./authenticate.ts";
import { Impersonation } from "./impersonate.ts";
import type { ServiceAccountTokens } from "./service-account-tokens.ts";
import type { UserInfo } from "./user-info.ts";
import type { ApiRequest } from "../http/api-request.ts";

/** How a request came, and who is told about it. */
export interface Asked {
  /** It comes from the same process. */
  readonly isTrusted: boolean;
  /** What its answer warns of. */
  readonly warnings: string[];
  readonly audit: AuditRecord | undefined;
}

/** Who asks and what they may do: everything about access in one place. */
export class Access {
  readonly authenticator: Authenticator;
  readonly tokens: ServiceAccountTokens;
  readonly rbac: RbacAuthorizer;
  readonly #enforces: boolean;
  readonly #impersonation = new Impersonation();

  constructor(parts: {
    readonly options: AuthOptions;
    readonly authenticator: Authenticator;
    readonly tokens: ServiceAccountTokens;
    readonly rbac: RbacAuthorizer;
  }) {
    this.authenticator = parts.authenticator;
    this.tokens = parts.tokens;
    this.rbac = parts.rbac;
    this.#enforces = parts.options.authorization === "RBAC";
  }

  get enforcesRbac(): boolean {
    return this.#enforces;
  }

  /** Whether a request is allowed; everything is, for those who are known, unless RBAC is enforced. */
  async decide(attributes: Attributes): Promise<Decision> {
    if (this.#enforces) return this.rbac.decide(attributes);
    const isKnown = !attributes.user.groups.includes("system:unauthenticated");
    if (isKnown) return { isAllowed: true, reason: "" };
    return this.rbac.decide(attributes);
  }

  /** Tells who makes a request, as whom, and that they may; throws 401, 400 or 403. */
  async admit(request: ApiRequest, info: ResourceRequestInfo | undefined, asked: Asked): Promise<UserInfo> {
    const { audit } = asked;
    const user =
      audit === undefined
        ? await this.authenticator.authenticate(request, asked.isTrusted, asked.warnings)
        : await this.#authenticateOnRecord(request, info, { ...asked, audit });
    const attributes = attributesOf(request, info, user);
    const headers = request.headersWithPrefix("impersonate-");
    const other =
      headers.length === 0
        ? undefined
        : await this.#impersonation.user(headers, attributes, (ask) => this.decide(ask));
    const final = other === undefined ? attributes : { ...attributes, user: other };
    if (other !== undefined) audit?.impersonated(other);
    const decision = await this.decide(final);
    audit?.authorized(decision.isAllowed, decision.reason);
    if (!decision.isAllowed) throw forbidden(final);
    return final.user;
  }

  async #authenticateOnRecord(
    request: ApiRequest,
    info: ResourceRequestInfo | undefined,
    { isTrusted, warnings, audit }: Asked & { readonly audit: AuditRecord },
  ): Promise<UserInfo> {
    try {
      const user = await this.authenticator.authenticate(request, isTrusted, warnings);
      audit.authenticated(user, info);
      return user;
    } catch (error) {
      audit.unauthenticated(info);
      throw error;
    }
  }
}

function attributesOf(
  request: ApiRequest,
  info: ResourceRequestInfo | undefined,
  user: UserInfo,
): Attributes {
  if (info === undefined) {
    const verb = request.method.toLowerCase();
    return {
      user,
      verb,
      path: decodePath(request.path) ?? request.path,
      group: "",
      resource: "",
      subresource: "",
      namespace: "",
      name: "",
    };
  }
  const { verb, group, resource, subresource, namespace } = info;
  // A list of one name by a field selector is judged as a request for that object.
  const name = info.name === "" ? selectedName(request.query) : info.name;
  return { user, verb, group, resource, subresource, namespace, name };
}

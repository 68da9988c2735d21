import type { Clock } from "@weir/core";
import { isJsonObject, propertyOf, readJson, textOf } from "../descriptor.ts";
import type { HttpRequest, HttpSender } from "../http/http-sender.ts";
import { readBody } from "../http/read-body.ts";
import { shownUrl } from "../http/request-name.ts";
import { responseError } from "../http/response-error.ts";
import { RegistryProtocolError } from "../oci-error.ts";
import type { AuthChallenge } from "./challenge.ts";
import type { RegistryCredentials } from "./credentials.ts";

/** A token of a registry and how long it may be used. */
export interface RegistryToken {
  readonly token: string;
  /** On the monotonic clock. */
  readonly expiresAt: number;
}

/** What asking for a token needs. */
export interface FetchTokenDeps {
  readonly sender: HttpSender;
  readonly clock: Clock;
}

/** What a token is asked for. */
export interface TokenRequest {
  /** The URL of the registry that sent the challenge. */
  readonly registry: URL;
  readonly challenge: AuthChallenge;
  readonly credentials: RegistryCredentials;
  /** Such as `repository:org/app:pull`. */
  readonly scopes: readonly string[];
  readonly signal?: AbortSignal;
}

const CLIENT = "weir";
const MAX_ANSWER = 1024 * 1024;
const DEFAULT_LIFE_S = 60;
/** A token is not used in its last seconds, in which it might expire on the way. */
const MARGIN_S = 5;

/**
 * Exchanges credentials for a token at the token service that a challenge names: by GET with basic credentials or without,
 * by POST with an identity token. A plain HTTP service of a registry that speaks HTTPS gets no credentials. Throws
 * `RegistryProtocolError` and `RegistryResponseError`.
 */
export async function fetchToken(request: TokenRequest, deps: FetchTokenDeps): Promise<RegistryToken> {
  const { credentials } = request;
  if (credentials.kind === "registry-token") {
    return { token: credentials.token, expiresAt: Number.POSITIVE_INFINITY };
  }
  const outgoing = tokenRequest(request, realmOf(request));
  const started = deps.clock.monotonic();
  const answer = await deps.sender.send(outgoing);
  if (answer.status !== 200) throw await responseError(outgoing, answer);
  const subject = `${outgoing.method} ${shownUrl(outgoing.url)}`;
  const body = await readBody(answer, { maxBytes: MAX_ANSWER, budget: "response-bytes", subject });
  const value = readJson(body, subject);
  const fields = isJsonObject(value) ? value : {};
  const token = textOf(fields, "access_token") || textOf(fields, "token");
  // A line break in a token would start a header of its own.
  if (token === "" || /[^\x21-\x7e]/.test(token)) {
    throw new RegistryProtocolError("empty-token", subject, "the token service sent no token");
  }
  const lifeS = propertyOf(fields, "expires_in");
  const seconds = typeof lifeS === "number" && lifeS > 0 ? lifeS : DEFAULT_LIFE_S;
  return { token, expiresAt: started + Math.max(1, seconds - MARGIN_S) * 1000 };
}

function realmOf({ registry, challenge, credentials }: TokenRequest): URL {
  const realm = challenge.parameters.get("realm") ?? "";
  const subject = `${registry.protocol}//${registry.host}`;
  if (!URL.canParse(realm) || !/^https?:\/\//i.test(realm)) {
    throw new RegistryProtocolError("malformed-challenge", subject, "the challenge names no realm");
  }
  const url = new URL(realm);
  url.username = "";
  url.password = "";
  if (registry.protocol === "https:" && url.protocol === "http:" && credentials.kind !== "anonymous") {
    throw new RegistryProtocolError(
      "insecure-realm",
      subject,
      `credentials are not sent to ${shownUrl(url)} in the clear`,
    );
  }
  return url;
}

function tokenRequest({ challenge, credentials, scopes, signal }: TokenRequest, realm: URL): HttpRequest {
  const service = challenge.parameters.get("service") ?? "";
  const shared = { isTrusted: true, ...(signal === undefined ? {} : { signal }) };
  if (credentials.kind === "identity-token") {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credentials.token,
      service,
      client_id: CLIENT,
      scope: scopes.join(" "),
    });
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    return { ...shared, method: "POST", url: realm, headers, body: Buffer.from(form.toString()) };
  }
  const url = new URL(realm);
  if (service !== "") url.searchParams.set("service", service);
  url.searchParams.delete("scope");
  for (const scope of scopes) url.searchParams.append("scope", scope);
  return {
    ...shared,
    method: "GET",
    url,
    headers: { accept: "application/json", ...basicHeader(credentials) },
  };
}

/** The header of basic credentials; of others there is none. */
export function basicHeader(credentials: RegistryCredentials): Readonly<Record<string, string>> {
  if (credentials.kind !== "basic") return {};
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64");
  return { authorization: `Basic ${pair}` };
}

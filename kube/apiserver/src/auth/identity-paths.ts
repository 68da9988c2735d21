import { writeJson } from "@weir/core";
import type { ApiRequest, ApiResponse } from "../http/api-request.ts";
import { negotiate } from "../http/negotiate.ts";
import { methodNotAllowedError, respond } from "../http/respond.ts";
import type { Access } from "./access.ts";
import { ISSUER } from "./service-account-tokens.ts";

/** Answers the paths by which others verify the tokens of ServiceAccounts; `undefined` for other paths. */
export async function identityPath(access: Access, request: ApiRequest): Promise<ApiResponse | undefined> {
  const path = request.path.replace(/\/$/, "");
  const how = (): ReturnType<typeof negotiate> => negotiate(undefined, { views: [], isPretty: false });
  const isKnown = path === "/.well-known/openid-configuration" || path === "/openid/v1/jwks";
  if (isKnown && request.method !== "GET") throw methodNotAllowedError();
  if (path === "/.well-known/openid-configuration") {
    const host = request.header("host") ?? "localhost";
    const configuration = {
      issuer: ISSUER,
      jwks_uri: `https://${host}/openid/v1/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    };
    return respond(configuration, how());
  }
  if (path === "/openid/v1/jwks") {
    return {
      status: 200,
      headers: [
        ["Cache-Control", "public, max-age=3600"],
        ["Content-Type", "application/jwk-set+json"],
      ],
      body: writeJson(await access.tokens.keySet()),
    };
  }
  return undefined;
}

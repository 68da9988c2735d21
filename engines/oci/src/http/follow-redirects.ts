import { RegistryProtocolError } from "../oci-error.ts";
import type { HttpAnswer, HttpRequest } from "./http-sender.ts";
import { shownUrl } from "./request-name.ts";

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a GET or HEAD and follows redirects; other methods come back as they are answered. What proves who we are goes to
 * another host in no case, nor back to the first one. Throws `RegistryProtocolError` for a loop or a way out of HTTPS.
 */
export async function sendFollowing(
  first: HttpRequest,
  send: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer & { readonly request: HttpRequest }> {
  let request = first;
  for (let hop = 0; ; hop += 1) {
    const answer = await send(request);
    const location = answer.headers.get("location");
    const follows = first.method === "GET" || first.method === "HEAD";
    if (!follows || !REDIRECTS.has(answer.status) || location === undefined) return { ...answer, request };
    answer.discard();
    if (hop === MAX_REDIRECTS) {
      throw new RegistryProtocolError(
        "redirect-loop",
        `${first.method} ${shownUrl(first.url)}`,
        `stopped after ${MAX_REDIRECTS} redirects`,
      );
    }
    request = redirected(request, location);
  }
}

function redirected(request: HttpRequest, location: string): HttpRequest {
  const subject = `${request.method} ${shownUrl(request.url)}`;
  if (!URL.canParse(location, request.url.href)) {
    throw new RegistryProtocolError("malformed-location", subject, "the redirect names no URL");
  }
  const url = new URL(location, request.url);
  url.username = "";
  url.password = "";
  if (url.protocol !== "https:" && (url.protocol !== "http:" || request.url.protocol === "https:")) {
    throw new RegistryProtocolError(
      "insecure-redirect",
      subject,
      `the redirect leads to ${url.protocol}//${url.host}, which is not followed`,
    );
  }
  if (url.origin === request.url.origin) return { ...request, url };
  const { authorization: _dropped, ...headers } = request.headers;
  return { ...request, url, headers, isTrusted: false };
}

import type { RegistryRequestName } from "../oci-error.ts";

/** Query values that are no secret; upload sessions and signed URLs keep theirs to themselves. */
const SHOWN = new Set(["scope", "service", "mount", "from", "digest", "n", "last", "artifactType"]);

/** What a request is called in a message: no user-info, no fragment, no query value that may be a secret. */
export function requestName(request: { readonly method: string; readonly url: URL }): RegistryRequestName {
  return { method: request.method, url: shownUrl(request.url) };
}

/** A URL for messages. */
export function shownUrl(url: URL): string {
  const query = [...url.searchParams].map(
    ([key, value]) => `${encodeURIComponent(key)}=${SHOWN.has(key) ? encodeURIComponent(value) : "REDACTED"}`,
  );
  const shown = query.length === 0 ? "" : `?${query.join("&")}`;
  return `${url.protocol}//${url.host}${url.pathname}${shown}`;
}

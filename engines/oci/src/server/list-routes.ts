import { compareUtf8 } from "@weir/core";
import { jsonAnswer, refusal } from "./registry-response.ts";
import type { RegistryStore } from "./registry-store.ts";

/** Answers the tags of a repository in order, from `last` on, `n` at a time. */
export async function answerTags(
  store: RegistryStore,
  request: Request,
  repository: string,
): Promise<Response> {
  if (request.method !== "GET") return refusal("UNSUPPORTED");
  const tags = await store.listTags(repository);
  if (tags === undefined) return refusal("NAME_UNKNOWN");
  const page = pageOf(tags, new URL(request.url), `/v2/${repository}/tags/list`);
  return jsonAnswer({ name: repository, tags: page.items }, page.headers);
}

/** Answers the names of all repositories. */
export async function answerCatalog(store: RegistryStore, request: Request): Promise<Response> {
  if (request.method !== "GET") return refusal("UNSUPPORTED");
  const page = pageOf(await store.listRepositories(), new URL(request.url), "/v2/_catalog");
  return jsonAnswer({ repositories: page.items }, page.headers);
}

function pageOf(
  items: readonly string[],
  url: URL,
  path: string,
): { readonly items: readonly string[]; readonly headers: Readonly<Record<string, string>> } {
  const last = url.searchParams.get("last");
  const sorted = items.toSorted(compareUtf8);
  const rest = last === null ? sorted : sorted.filter((item) => compareUtf8(item, last) > 0);
  const asked = url.searchParams.get("n") ?? "";
  const count = /^\d{1,9}$/.test(asked) ? Number(asked) : rest.length;
  const page = rest.slice(0, count);
  const end = page.at(-1);
  if (page.length === rest.length || end === undefined) return { items: page, headers: {} };
  const query = new URLSearchParams({ last: end, n: String(count) });
  return { items: page, headers: { link: `<${path}?${query}>; rel="next"` } };
}

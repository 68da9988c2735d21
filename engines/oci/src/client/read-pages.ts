import { isJsonObject, propertyOf, readJson } from "../descriptor.ts";
import type { JsonValue } from "@weir/core";
import { readBody } from "../http/read-body.ts";
import { responseError } from "../http/response-error.ts";
import { OciBudgetError, RegistryProtocolError } from "../oci-error.ts";
import { formatRepository, type OciRepositoryName } from "../reference/oci-reference.ts";
import type { RegistryApi } from "./registry-api.ts";
import type { RegistryAnswer } from "./registry-connection.ts";

/** Tags of a repository are asked for in pages. */
export interface ListTagsOptions {
  /** Tags of one page; 1,000 by default. */
  readonly pageSize?: number;
  /** Begins behind this tag. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

/**
 * All tags of a repository, in the registry's order. Pages are followed by their `Link`, on the registry's own host and
 * within the limits. Throws `OciBudgetError`, `RegistryProtocolError` and `RegistryResponseError`.
 */
export async function listTags(
  api: RegistryApi,
  repository: OciRepositoryName,
  { pageSize = 1000, after, signal }: ListTagsOptions = {},
): Promise<readonly string[]> {
  const query = new URLSearchParams({ n: String(pageSize), ...(after === undefined ? {} : { last: after }) });
  const tags: string[] = [];
  const first = { repository, target: `tags/list?${query}`, ...(signal === undefined ? {} : { signal }) };
  for await (const { value, subject } of readPages(api, first)) {
    const page = isJsonObject(value) ? (propertyOf(value, "tags") ?? []) : undefined;
    if (!Array.isArray(page) || !page.every((tag) => typeof tag === "string")) {
      throw new RegistryProtocolError("malformed-json", subject, "the answer holds no list of tags");
    }
    if (tags.length + page.length > api.limits.tags)
      throw new OciBudgetError("tags", subject, api.limits.tags);
    tags.push(...page);
  }
  return tags;
}

/** The first of several pages. */
export interface PageRequest {
  readonly repository: OciRepositoryName;
  readonly target: string;
  readonly signal?: AbortSignal;
}

/** One page and the answer that it came in. */
export interface Page {
  readonly value: JsonValue;
  readonly subject: string;
  readonly answer: RegistryAnswer;
}

/** Reads pages of JSON until one names no next. A page that was read already ends the reading with an error. */
export async function* readPages(
  api: RegistryApi,
  { repository, target, signal }: PageRequest,
): AsyncGenerator<Page> {
  const subject = formatRepository(repository);
  const seen = new Set<string>();
  let next: string | URL | undefined = target;
  while (next !== undefined) {
    if (seen.size === api.limits.pages) throw new OciBudgetError("tag-pages", subject, api.limits.pages);
    const answer: RegistryAnswer = await api.send({
      method: "GET",
      target: next,
      repository,
      action: "pull",
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status !== 200) throw await responseError(answer.request, answer);
    const { maxBytes, budget } = { maxBytes: api.limits.manifestBytes, budget: "response-bytes" as const };
    const value = readJson(await readBody(answer, { maxBytes, budget, subject }), subject);
    yield { value, subject, answer };
    const link = answer.headers.get("link");
    next = link === undefined ? undefined : nextPage(link, answer.request.url, subject);
    if (next !== undefined && seen.has(next.href)) {
      throw new RegistryProtocolError("malformed-link", subject, "the pages go in a circle");
    }
    if (next !== undefined) seen.add(next.href);
  }
}

/** The host of a link is the registry's own, whatever scheme a proxy before it made of the link's. */
function nextPage(link: string, current: URL, subject: string): URL | undefined {
  const target = /^\s*<([^>]{0,8192})>(?:\s*;.*)?$/s.exec(link)?.[1];
  if (target === undefined || !URL.canParse(target, current.href)) {
    throw new RegistryProtocolError("malformed-link", subject, "the link to the next page is malformed");
  }
  const named = new URL(target, current);
  if (named.hostname !== current.hostname) {
    throw new RegistryProtocolError("malformed-link", subject, "the next page is on another host");
  }
  return new URL(`${named.pathname}${named.search}`, current);
}

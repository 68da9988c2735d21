import { badRequestError, expiredError, StatusError, tooLargeResourceVersionError } from "@weir/objects";
import type { ByteBudget } from "../flow/byte-budget.ts";
import { HeldBody } from "../flow/held-body.ts";
import { OverloadedError } from "../flow/overloaded-error.ts";
import type { ApiResponse } from "../http/api-request.ts";
import { CHUNK_BYTES } from "../http/chunk-writer.ts";
import { type Negotiated, negotiate, RESOURCE_VIEWS, wrongViewError } from "../http/negotiate.ts";
import { respondPieces } from "../http/respond-pieces.ts";
import type { Call } from "../resources/call.ts";
import type { StoredObject } from "../resources/object-store.ts";
import { goTypeOf, storageScope } from "../resources/resource.ts";
import type { RangeOptions } from "../storage/storage.ts";
import { FutureRevisionError, RevisionCompactedError } from "../storage/storage-error.ts";
import { readContinueToken, writeContinueToken } from "./continue-token.ts";
import { listPieces } from "./list-body.ts";
import { type ListOptions, listRevision, readListOptions } from "./list-options.ts";
import { wantsPretty } from "./respond-object.ts";
import { selectEntries } from "./select-entries.ts";
import { readSelection, type Selection } from "./selection.ts";

/** GET of a collection. */
export async function listVerb(call: Call): Promise<ApiResponse> {
  const { request, resource } = call;
  const options = readListOptions(request.query, false);
  const selection = readSelection(resource, request.query);
  const how = negotiate(request.header("accept"), {
    views: RESOURCE_VIEWS,
    isPretty: wantsPretty(request),
    hasProtobuf: !resource.isCustom,
  });
  const page = await readPage(call, options, selection);
  return respondList(call, page, how);
}

/** A page of a list. */
export interface Page {
  readonly revision: number;
  readonly entries: readonly StoredObject[];
  readonly continueToken: string;
  /** Absent where selectors make it unknown, or where nothing remains. */
  readonly remaining: number | undefined;
}

/** When a selector keeps few of many, this many are read at a time until the page is full. */
const CHUNK = 500;

/** Where a page is read. */
interface Cursor {
  readonly prefix: string;
  readonly revision: number | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Reads the page that the options ask for. */
export async function readPage(call: Call, options: ListOptions, selection: Selection): Promise<Page> {
  const prefix = storageScope(call.resource, call.info.namespace);
  const cursor = await cursorOf(call, { options, isOne: isOneObject(call, selection) }, prefix);
  try {
    const page = await fillPage(call, cursor, selection);
    await call.api.store.prepare(call.resource, page.entries);
    return page;
  } catch (error) {
    if (error instanceof RevisionCompactedError) throw tooOld(cursor, options);
    if (error instanceof FutureRevisionError) {
      throw tooLargeResourceVersionError(cursor.revision ?? 0, await call.api.store.storage.revision(), 1);
    }
    throw error;
  }
}

function continued({ limit, continueToken, resourceVersion }: ListOptions, prefix: string): Cursor {
  const token = readContinueToken(continueToken);
  if (resourceVersion !== "" && resourceVersion !== "0") {
    throw badRequestError("specifying resource version is not allowed when using continue");
  }
  const revision = token.revision < 0 ? undefined : token.revision;
  // "Any version will do" is answered whole, as from a cache.
  const most = resourceVersion === "0" ? 0 : limit;
  return { prefix, revision, after: `${prefix}${token.after}`, limit: most };
}

/** Whether no more than one object can be meant. */
function isOneObject({ info, resource }: Call, { isSingle }: Selection): boolean {
  return isSingle && (info.namespace !== "" || !resource.isNamespaced);
}

async function cursorOf(
  call: Call,
  { options, isOne }: { readonly options: ListOptions; readonly isOne: boolean },
  prefix: string,
): Promise<Cursor> {
  const { limit, continueToken, resourceVersion, match } = options;
  if (continueToken !== "") return continued(options, prefix);
  const wanted = listRevision(resourceVersion);
  if (resourceVersion === "0") return { prefix, revision: undefined, after: undefined, limit: 0 };
  if (wanted === 0n) return { prefix, revision: undefined, after: undefined, limit };
  const current = await call.api.store.storage.revision();
  const isExact = match === "Exact" || (match === "" && limit > 0);
  // One object at an exact version is not looked for in upstream's cache, which asks for patience.
  if (wanted > current) throw tooLargeResourceVersionError(wanted, current, isExact && isOne ? 0 : 1);
  return { prefix, revision: isExact ? Number(wanted) : undefined, after: undefined, limit };
}

async function fillPage(call: Call, cursor: Cursor, selection: Selection): Promise<Page> {
  if (!selection.isEverything) return fillSelected(call, cursor, selection);
  const { revision, entries, remaining } = await call.api.store.range(
    cursor.prefix,
    rangeOptions(cursor, true),
  );
  return pageOf(cursor, { revision, entries, remaining, isEverything: true });
}

async function fillSelected(call: Call, cursor: Cursor, selection: Selection): Promise<Page> {
  const { store } = call.api;
  const isOne = isOneObject(call, selection);
  const entries: StoredObject[] = [];
  for (let at = cursor; ; ) {
    const read = await store.range(cursor.prefix, rangeOptions(at, false));
    const { revision, remaining } = read;
    await store.prepare(call.resource, read.entries);
    for (const entry of await selectEntries(call, read.entries, selection)) {
      if (entries.push(entry) !== cursor.limit) continue;
      const left = isOne ? 0 : remaining + read.entries.length - read.entries.indexOf(entry) - 1;
      return pageOf(cursor, { revision, entries, remaining: left, isEverything: false });
    }
    const last = read.entries.at(-1);
    if (remaining === 0 || last === undefined)
      return pageOf(cursor, { revision, entries, remaining: 0, isEverything: false });
    at = { ...at, revision, after: last.key };
  }
}

function rangeOptions({ revision, after, limit }: Cursor, isEverything: boolean): RangeOptions {
  const size = isEverything ? limit : CHUNK;
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(after === undefined ? {} : { after }),
    ...(limit === 0 ? {} : { limit: size }),
  };
}

interface Filled {
  readonly revision: number;
  readonly entries: readonly StoredObject[];
  readonly remaining: number;
  readonly isEverything: boolean;
}

function pageOf(cursor: Cursor, { revision, entries, remaining, isEverything }: Filled): Page {
  const last = entries.at(-1);
  if (remaining === 0 || last === undefined)
    return { revision, entries, continueToken: "", remaining: undefined };
  const continueToken = writeContinueToken({ revision, after: last.key.slice(cursor.prefix.length) });
  return { revision, entries, continueToken, remaining: isEverything ? remaining : undefined };
}

const TOO_OLD_TOKEN =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/** 410; one of a continue token carries a token that goes on with what is there now. */
function tooOld(cursor: Cursor, options: ListOptions): StatusError {
  if (options.continueToken === "")
    return expiredError("The resourceVersion for the provided list is too old.");
  const { status } = expiredError(TOO_OLD_TOKEN);
  const after = (cursor.after ?? "").slice(cursor.prefix.length);
  return new StatusError({ ...status, metadata: { continue: writeContinueToken({ revision: -1, after }) } });
}

/** Answers with a page as a list, a Table, or a list of metadata. */
export function respondList(call: Call, page: Page, how: Negotiated): Promise<ApiResponse> {
  const { resource } = call;
  if (how.as === "PartialObjectMetadata") throw wrongViewError(how.as, goTypeOf(resource, true));
  const extras = { warnings: call.warnings };
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.continueToken === "" && !resource.isCustom ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
  const pieces = listPieces(call, { metadata, entries: page.entries }, how);
  return withinBudget(call.api.budget, page.entries.length, () => respondPieces(pieces, how, extras));
}

/** What a list holds of each object while it is sent, which may go on after the object was changed or deleted. */
const BYTES_PER_ENTRY = 64;
/** Pieces of a list that are there at a time: one that is made, one that is sent, one on its way to the client. */
const PIECES = 3;

/** Counts what a list holds until it is sent; throws an `OverloadedError` where there is no room. */
async function withinBudget(
  budget: ByteBudget,
  entries: number,
  respond: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const bytes = entries * BYTES_PER_ENTRY + PIECES * CHUNK_BYTES;
  if (!budget.take(bytes)) throw new OverloadedError();
  let isSending = false;
  try {
    const answer = await respond();
    if (typeof answer.body === "string") return answer;
    isSending = true;
    return { ...answer, body: new HeldBody(answer.body, { letGo: () => budget.release(bytes) }) };
  } finally {
    if (!isSending) budget.release(bytes);
  }
}

import { badRequestError, invalidError } from "@weir/objects";
import { type FieldError, forbiddenField, unsupportedField } from "@weir/schema";
import { quoteGo } from "@weir/text";
import { isTrue } from "../http/request-info.ts";
import { queryInteger } from "../http/write-options.ts";

/** Options of a list or a watch, checked for their combinations. */
export interface ListOptions {
  readonly limit: number;
  readonly continueToken: string;
  /** As sent; `""` where absent. */
  readonly resourceVersion: string;
  readonly match: "" | "Exact" | "NotOlderThan";
  readonly sendInitialEvents: boolean | undefined;
  readonly allowBookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

/** Reads list options; throws a 400 for what is no number and a 422 for what does not go together. */
export function readListOptions(query: URLSearchParams, isWatch: boolean): ListOptions {
  const resourceVersion = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const continueToken = query.get("continue") ?? "";
  const initial = query.get("sendInitialEvents");
  const limit = queryInteger(query, "limit") ?? 0;
  const timeoutSeconds = queryInteger(query, "timeoutSeconds");
  const sendInitialEvents = initial === null ? undefined : isTrue(initial);
  const given = { resourceVersion, match, continueToken, sendInitialEvents };
  const errors = isWatch ? watchErrors(given) : listErrors(given);
  if (errors.length > 0) throw invalidError({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  return {
    limit,
    continueToken,
    resourceVersion,
    match: match as ListOptions["match"],
    sendInitialEvents,
    allowBookmarks: query.has("allowWatchBookmarks") && isTrue(query.get("allowWatchBookmarks")),
    timeoutSeconds,
  };
}

type Given = Pick<ListOptions, "resourceVersion" | "continueToken" | "sendInitialEvents"> & {
  readonly match: string;
};

const FIELD = "resourceVersionMatch";

function listErrors(given: Given): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (given.match !== "") errors.push(...matchErrors(given));
  if (given.sendInitialEvents !== undefined) {
    errors.push(forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return errors;
}

function matchErrors(given: Given): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (given.resourceVersion === "") {
    errors.push(
      forbiddenField(FIELD, "resourceVersionMatch is forbidden unless resourceVersion is provided"),
    );
  }
  if (given.continueToken !== "") {
    errors.push(forbiddenField(FIELD, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (given.match !== "Exact" && given.match !== "NotOlderThan") {
    errors.push(unsupportedField(FIELD, given.match, ["Exact", "NotOlderThan", ""]));
  }
  if (given.match === "Exact" && given.resourceVersion === "0") {
    errors.push(forbiddenField(FIELD, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  return errors;
}

function watchErrors(given: Given): readonly FieldError[] {
  const { match, sendInitialEvents, continueToken } = given;
  const errors: FieldError[] = [];
  const forbid = (detail: string): void => {
    errors.push(forbiddenField(FIELD, detail));
  };
  if (sendInitialEvents !== undefined && match !== "NotOlderThan")
    forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (sendInitialEvents === undefined && match !== "")
    forbid("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (match !== "" && match !== "NotOlderThan") errors.push(unsupportedField(FIELD, match, ["NotOlderThan"]));
  if (continueToken !== "") forbid("resourceVersionMatch is forbidden when continue is provided");
  return errors;
}

/** The revision that a list names; 0 for the newest, or any. Throws a 400. */
export function listRevision(resourceVersion: string): bigint {
  return readRevision(resourceVersion, (why) => badRequestError(`invalid resource version: ${why}`));
}

/** A resourceVersion as strconv.ParseUint reads it; `refuse` makes the error of what it does not. */
export function readRevision(resourceVersion: string, refuse: (why: string) => Error): bigint {
  if (resourceVersion === "") return 0n;
  const quoted = quoteGo(resourceVersion);
  const invalid = (why: string): Error =>
    refuse(`resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${why}`);
  if (!/^\d+$/.test(resourceVersion)) throw invalid("invalid syntax");
  const revision = BigInt(resourceVersion);
  if (BigInt.asUintN(64, revision) !== revision) throw invalid("value out of range");
  return revision;
}

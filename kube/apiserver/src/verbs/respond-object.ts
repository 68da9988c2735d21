import type { KubeObject } from "@weir/objects";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate, viewsOf, wrongViewError } from "../http/negotiate.ts";
import { isTrue } from "../http/request-info.ts";
import { plainError, respond } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import { parseVersion } from "../resources/draft-access.ts";
import { goKindOf } from "../resources/resource.ts";
import { partialMetadata } from "../table/partial-metadata.ts";
import { objectTable, type Printed } from "../table/table.ts";

/**
 * Answers with one object in the form and view that the client asked for. A Table has the columns of the resource unless the
 * object is a part of it that has its own.
 */
// oxlint-disable-next-line max-params -- an object, and how it is answered
export function respondObject(
  call: Call,
  object: KubeObject,
  status = 200,
  printed: Printed = call.resource,
): ApiResponse {
  const how = negotiate(call.request.header("accept"), {
    views: viewsOf(call.resource, call.info.subresource),
    isPretty: wantsPretty(call.request),
    hasProtobuf: !call.resource.isCustom,
  });
  const extras = { status, warnings: call.warnings };
  if (how.as === "Table") return respond(objectTable(call, object, printed), how, extras);
  if (how.as === "PartialObjectMetadataList") throw notListError(call, object);
  if (how.as === "PartialObjectMetadata") return respond(partialMetadata(object), how, extras);
  return respond(object, how, extras);
}

/** A custom resource could be a list, as far as upstream's type of it tells; that it is none shows when its items are read. */
function notListError({ resource }: Call, { apiVersion, kind }: KubeObject): Error {
  if (resource.isCustom) return plainError("content is not a list");
  const { group } = parseVersion(apiVersion);
  return wrongViewError("PartialObjectMetadataList", `*${goKindOf({ group, kind })}`);
}

/** Spaces are for people: asked for by `pretty`, or read by a browser or a command line. */
export function wantsPretty(request: Call["request"]): boolean {
  const pretty = request.query.get("pretty");
  if (pretty !== null && pretty !== "") return isTrue(pretty);
  const agent = request.header("user-agent") ?? "";
  return (
    pretty === null &&
    (agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0"))
  );
}

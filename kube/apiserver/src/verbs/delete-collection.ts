import { isStatusReason } from "@weir/objects";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate, RESOURCE_VIEWS } from "../http/negotiate.ts";
import type { Call } from "../resources/call.ts";
import { asJson, child, text } from "../resources/draft-access.ts";
import { deleteObject, readDeleteOptions, warnOfOrphans } from "./delete.ts";
import { readPage, respondList } from "./list.ts";
import { readListOptions } from "./list-options.ts";
import { wantsPretty } from "./respond-object.ts";
import { readSelection } from "./selection.ts";

/** DELETE of a collection: what the selectors choose, one by one; answers with what was there. */
export async function deleteCollectionVerb(call: Call): Promise<ApiResponse> {
  const { request, resource, api } = call;
  const options = await readDeleteOptions(request, call.audit);
  warnOfOrphans(call, options);
  const list = readListOptions(request.query, false);
  const selection = readSelection(resource, request.query);
  const page = await readPage(call, list, selection);
  for (const entry of page.entries) {
    const metadata = child(asJson(api.store.parse(resource, entry)), "metadata");
    const info = { ...call.info, name: text(metadata, "name"), namespace: text(metadata, "namespace") };
    try {
      await deleteObject({ ...call, info }, options);
    } catch (error) {
      // Somebody else was faster: gone is what was asked for.
      if (!isStatusReason(error, "NotFound")) throw error;
    }
  }
  const how = negotiate(request.header("accept"), {
    views: RESOURCE_VIEWS,
    isPretty: wantsPretty(request),
    hasProtobuf: !call.resource.isCustom,
  });
  return respondList(call, page, how);
}

import { notAcceptableError } from "@weir/objects";
import type { ApiResponse } from "../http/api-request.ts";
import { type Negotiated, negotiate, RESOURCE_VIEWS } from "../http/negotiate.ts";
import { plainError, warningHeaders } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import { storageKey, storageScope } from "../resources/resource.ts";
import { type ListOptions, readListOptions, readRevision } from "../verbs/list-options.ts";
import { readSelection, selectedName } from "../verbs/selection.ts";
import { type Start, WatchStream } from "./watch-stream.ts";

const STREAM_TYPES = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/** A GET with `watch`: the events of a collection, or of one object, as they come. */
export async function watchVerb(call: Call): Promise<ApiResponse> {
  const { request, resource } = call;
  const options = readListOptions(request.query, true);
  const selection = readSelection(resource, request.query);
  const how = negotiateStream(request.header("accept"));
  const start = await startOf(call, options);
  const stream = new WatchStream({ call, options, selection, how, scope: scopeOf(call), start });
  return {
    status: 200,
    headers: [
      ["Cache-Control", "no-cache, private"],
      ["Content-Type", "application/json"],
      ...warningHeaders(call.warnings),
    ],
    body: stream,
    isOpenEnded: true,
  };
}

/** Where a watch looks: whoever selects one object by its name hears of no other. */
function scopeOf({ request, resource, info }: Call): string {
  const name = info.name === "" ? selectedName(request.query) : info.name;
  const isEverywhere = resource.isNamespaced && info.namespace === "";
  return name === "" || isEverywhere
    ? storageScope(resource, info.namespace)
    : storageKey(resource, info.namespace, name);
}

function negotiateStream(accept: string | undefined): Negotiated {
  const how = negotiate(accept, { views: RESOURCE_VIEWS, isPretty: false });
  if (how.format !== "json") throw notAcceptableError(STREAM_TYPES);
  return how;
}

async function startOf(call: Call, options: ListOptions): Promise<Start> {
  const { resourceVersion, sendInitialEvents } = options;
  if (resourceVersion === "" || resourceVersion === "0") {
    if (sendInitialEvents !== false) return { kind: "now" };
    const current = await call.api.store.storage.revision();
    return { kind: "after", revision: current, current };
  }
  const revision = readRevision(resourceVersion, plainError);
  if (sendInitialEvents === true) return { kind: "now" };
  const current = await call.api.store.storage.revision();
  return { kind: "after", revision: Number(revision), current };
}

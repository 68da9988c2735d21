import type { ApiResponse } from "../http/api-request.ts";
import { mediaType } from "../http/read-body.ts";
import { readWriteOptions } from "../http/write-options.ts";
import { applyVerb } from "../patch/apply.ts";
import { patchMediaTypes, readPatch } from "../patch/read-patch.ts";
import type { Call } from "../resources/call.ts";
import { failure, unsupportedMediaTypeError } from "@weir/objects";
import { respondObject } from "./respond-object.ts";
import { updateObject } from "./update.ts";
import { finishPatched } from "../patch/finish-patched.ts";

/** The 415 of a built-in kind, whose router refuses the media type before anybody reads the body. */
function unroutedMediaTypeError(): Error {
  const message = "415: Unsupported Media Type";
  return failure({ reason: "UnsupportedMediaType", code: 415, message, details: {} });
}

/** Refuses a media type that the resource takes no patches in. */
export function checkPatchType(call: Call): string {
  const type = mediaType(call.request);
  const accepted = patchMediaTypes(call.resource);
  if (accepted.includes(type)) return type;
  throw call.resource.isCustom ? unsupportedMediaTypeError(accepted) : unroutedMediaTypeError();
}

/** PATCH of an object: by instructions, by merging, or by server-side apply. */
export async function patchVerb(call: Call): Promise<ApiResponse> {
  const type = checkPatchType(call);
  if (type === "application/apply-patch+yaml" || type === "application/apply-patch+cbor")
    return applyVerb(call);
  const options = readWriteOptions(call.request, "PatchOptions");
  const patch = await readPatch(call, type, options);
  const result = await updateObject(call, {
    options,
    tracked: false,
    change: (current) => finishPatched(call, patch(current), options, current),
    retriesConflicts: true,
    createsMissing: false,
  });
  return respondObject(call, result.object, result.created ? 201 : 200);
}

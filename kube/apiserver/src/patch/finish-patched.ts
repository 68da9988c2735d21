import { badRequestError, invalidError, type KubeObject } from "@weir/objects";
import { requiredField } from "@weir/schema";
import type { WriteOptions } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { child, text } from "../resources/draft-access.ts";
import { apiVersionOf, type Draft } from "../resources/resource.ts";
import { checkNamespace, reportStrict } from "../verbs/decode-body.ts";

/** What a patch made of an object. */
export interface Patched {
  readonly object: Draft;
  /** What a strict reader has against the patch itself. */
  readonly strictErrors: readonly string[];
}

/** Reads the result of a patch as the kind, with its defaults, as if it had come in a PUT. */
export function finishPatched(
  call: Call,
  patched: Patched,
  options: WriteOptions,
  _current: KubeObject | undefined,
): Draft {
  const { resource, info } = call;
  const { object: decoded, unknownFields } = resource.decode(patched.object);
  const unknown = unknownFields.map((path) => `unknown field "${path}"`);
  reportStrict(call, [...patched.strictErrors, ...unknown], options);
  const object = resource.applyDefaults(decoded);
  const name = text(child(object, "metadata"), "name");
  if (resource.isCustom && text(patched.object, "apiVersion") !== apiVersionOf(resource)) {
    throw badRequestError(
      `the API version in the data (${text(patched.object, "apiVersion")}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  }
  if (name === "" && info.name !== "") {
    if (resource.isCustom)
      throw invalidError({ group: resource.group, kind: resource.kind }, "", [
        requiredField("metadata.name", "name or generateName is required"),
      ]);
    throw badRequestError(
      `the name of the object (${info.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== info.name) {
    throw badRequestError(
      `the name of the object (${name}) does not match the name on the URL (${info.name})`,
    );
  }
  checkNamespace(call, object);
  return object;
}

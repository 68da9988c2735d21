import { type JsonObject, JsonSyntaxError, type JsonValue } from "@weir/core";
import {
  type ApplyResult,
  applyServerSide,
  badRequestError,
  failure,
  formatGroupResource,
  isStatusReason,
  type KubeObject,
  unknownError,
} from "@weir/objects";
import { quoteGo } from "@weir/text";
import { YamlBudgetError, YamlError } from "@weir/yaml";
import type { ApiResponse } from "../http/api-request.ts";
import { BODY_LIMIT_BYTES, jsonKind, loadStrictly } from "../http/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { asJson, child, copyForMeta, text } from "../resources/draft-access.ts";
import {
  type DecodedBody,
  type Draft,
  groupResource,
  objectOf,
  type Resource,
} from "../resources/resource.ts";
import { checkNamespace, reportApplied } from "../verbs/decode-body.ts";
import { readRevision } from "../verbs/list-options.ts";
import { respondObject } from "../verbs/respond-object.ts";
import { updateObject } from "../verbs/update.ts";
import { fieldWrite } from "./field-tracking.ts";

/** PATCH by server-side apply: creates what is missing. */
export async function applyVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "PatchOptions", true);
  const bytes = await call.request.readBody(BODY_LIMIT_BYTES);
  const { applied, problems } = readApplied(bytes, options.fieldValidation !== "Ignore");
  call.audit?.patch(applied);
  const result = await updateObject(call, {
    options,
    tracked: true,
    change: (current) => applyTo(call, { applied, problems, current, options }),
    retriesConflicts: true,
    createsMissing: call.info.subresource === "" || call.strategy.allowsCreateOnUpdate,
  });
  return respondObject(call, result.object, result.created ? 201 : 200);
}

/** A partial object, and what a strict reader has against its text. */
export interface Applied {
  readonly applied: JsonObject;
  readonly problems: readonly string[];
}

/** Reads the partial object of an apply: YAML, and so JSON, too. */
export function readApplied(bytes: Uint8Array, isStrict = false): Applied {
  let value: unknown;
  let problems: readonly string[];
  try {
    ({ value, strictErrors: problems } = loadStrictly(bytes, isStrict));
  } catch (error) {
    if (error instanceof YamlError || error instanceof YamlBudgetError)
      throw badRequestError(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
    if (error instanceof JsonSyntaxError) throw badRequestError(`error decoding YAML: ${error.message}`);
    throw error;
  }
  if (value === null) return { applied: {}, problems };
  if (typeof value === "object" && !Array.isArray(value)) return { applied: value as JsonObject, problems };
  const kind = jsonKind(value as JsonValue);
  throw badRequestError(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
  );
}

interface Apply extends Applied {
  readonly current: KubeObject | undefined;
  readonly options: WriteOptions;
}

/** The merged object, read as the kind with its defaults. */
function applyTo(call: Call, { applied, problems, current, options }: Apply): Draft {
  const { info } = call;
  const result = applyServerSide({
    ...fieldWrite(call, options.fieldManager),
    live: current,
    applied,
    force: options.force,
  });
  if (result.kind === "conflict") throw result.error;
  reportApplied(call, problems, options);
  const object = readApply(call, result, { isUpdate: current !== undefined, applied });
  checkNamespace(call, object);
  const name = text(child(object, "metadata"), "name");
  if (name === "") {
    throw badRequestError(
      `the name of the object (${info.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== info.name) {
    throw badRequestError(
      `the name of the object (${name}) does not match the name on the URL (${info.name})`,
    );
  }
  if (current === undefined) checkNew(call, applied);
  return object;
}

/** An apply that changes nothing is not read as the kind again, and so gets no defaults. */
function readApply(
  call: Call,
  result: Extract<ApplyResult, { readonly kind: "applied" }>,
  { isUpdate, applied }: { readonly isUpdate: boolean; readonly applied: JsonObject },
): Draft {
  const { resource } = call;
  const merged = asJson(result.object);
  if (resource.isCustom && isUpdate && !result.changed) return copyForMeta(merged);
  const decoded = resource.decodeMerged?.(merged) ?? convert(resource, merged, applied);
  return resource.applyDefaults(objectOf(decoded, call), "keep");
}

/** Reads what an apply came to as its Go type; what is wrong with it is the server's own trouble upstream. */
function convert(resource: Resource, merged: JsonObject, applied: JsonObject): DecodedBody {
  try {
    return resource.decode(merged, undefined, "converter");
  } catch (error) {
    if (!isStatusReason(error, "BadRequest") || !(error instanceof Error)) throw error;
    const detail = error.message.replace(/^.*? cannot be handled as an? \S+: /, "");
    const kind = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
    const metadata = child(applied, "metadata");
    const what = `${text(metadata, "namespace")}/${text(metadata, "name")}; ${kind}`;
    throw unknownError(
      `failed to convert new object (${what}) to proper version: unable to convert unstructured object to ${kind}: ${detail}`,
    );
  }
}

/** What is there no more cannot be applied by its uid; a version is a number. */
function checkNew({ resource, info }: Call, applied: JsonObject): void {
  const metadata = child(applied, "metadata");
  readRevision(text(metadata, "resourceVersion"), (why) => unknownError(why.slice(why.indexOf("strconv"))));
  const uid = text(metadata, "uid");
  if (uid === "") return;
  const kind = groupResource(resource);
  const what = `${formatGroupResource(kind)} ${quoteGo(info.name)}`;
  const message = `Operation cannot be fulfilled on ${what}: uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  const group = kind.group === "" ? {} : { group: kind.group };
  throw failure({
    reason: "Conflict",
    code: 409,
    message,
    details: { name: info.name, ...group, kind: kind.resource },
  });
}

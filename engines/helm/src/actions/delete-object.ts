import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import { KubeApiError } from "@weir/client";
import { formatApiVersion } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject, keyOfBuilt } from "./built-object.ts";
import type { ReleaseContext } from "./release-context.ts";

/** How objects that are deleted take what they own with them. */
export type Propagation = "Background" | "Foreground" | "Orphan";

/**
 * Deletes an object; tells whether it is gone already, and not held by finalizers or its grace. Throws the server's
 * refusal, `NotFound` included: what helm logs tells an object that was gone from one that this request deleted.
 */
export async function deleteObject(
  { client, signal }: ReleaseContext,
  built: BuiltObject,
  propagationPolicy: Propagation,
): Promise<boolean> {
  const options = writeJson({ apiVersion: "v1", kind: "DeleteOptions", propagationPolicy });
  const answer = await client.raw(pathOf(built), {
    method: "DELETE",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: options,
    ...(signal === undefined ? {} : { signal }),
  });
  const body = objectOf(await answer.json().catch(() => undefined));
  if (!answer.ok) throw new KubeApiError(body, answer.status);
  // An object that is still there is the answer; otherwise it is a Status.
  return body["kind"] === "Status" && body["apiVersion"] === "v1";
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function pathOf(built: BuiltObject): string {
  const { kind } = built;
  const { namespace, name } = keyOfBuilt(built);
  if (name === "") throw new ReleaseActionError("resource name may not be empty");
  const root = kind.group === "" ? "/api" : "/apis";
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}/${formatApiVersion(kind)}${scope}/${kind.plural}/${encodeURIComponent(name)}`;
}

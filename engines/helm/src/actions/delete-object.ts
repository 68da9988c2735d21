import { type JsonObject, writeJson } from "@weir/core";
import { KubeApiError } from "@weir/client";
import { formatApiVersion } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject, keyOfBuilt } from "./built-object.ts";
import type { ReleaseContext } from "./release-context.ts";

/** How objects that are deleted take what they own with them. */
export type Propagation = "Background" | "Foreground" | "Orphan";

/**
 * Deletes an object. Throws the server's refusal, `NotFound` included: what helm logs tells an object that was gone from
 * one that this request deleted.
 */
export async function deleteObject(
  { client, signal }: ReleaseContext,
  built: BuiltObject,
  propagationPolicy: Propagation,
): Promise<void> {
  const body = writeJson({ apiVersion: "v1", kind: "DeleteOptions", propagationPolicy });
  const answer = await client.raw(pathOf(built), {
    method: "DELETE",
    headers: { "content-type": "application/json", accept: "application/json" },
    body,
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.ok) return answer.discard();
  throw await refusalOf(answer);
}

async function refusalOf(answer: {
  readonly status: number;
  json(): Promise<unknown>;
}): Promise<KubeApiError> {
  const body = await answer.json().catch(() => undefined);
  const status = typeof body === "object" && body !== null ? (body as JsonObject) : {};
  return new KubeApiError(status, answer.status);
}

function pathOf(built: BuiltObject): string {
  const { kind } = built;
  const { namespace, name } = keyOfBuilt(built);
  if (name === "") throw new ReleaseActionError("resource name may not be empty");
  const root = kind.group === "" ? "/api" : "/apis";
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}/${formatApiVersion(kind)}${scope}/${kind.plural}/${encodeURIComponent(name)}`;
}

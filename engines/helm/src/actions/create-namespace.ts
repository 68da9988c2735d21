import { isApiError } from "@weir/client";
import type { ReleaseContext } from "./release-context.ts";
import { createObjects } from "./write-objects.ts";

/** Creates the namespace of a release with the label that helm gives it; one that is there is labelled, or left alone. */
export async function createNamespace(
  context: ReleaseContext,
  name: string,
  serverSideApply: boolean,
): Promise<void> {
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } };
  const kind = {
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    scope: "Cluster",
    verbs: [],
    subresources: [],
  } as const;
  try {
    await createObjects(context, [{ object, kind }], { serverSideApply, forceConflicts: false });
  } catch (error) {
    if (!isApiError(error, "AlreadyExists")) throw error;
  }
}

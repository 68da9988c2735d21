import { isApiError, KubeApiError } from "@weir/client";

/**
 * Creates an object that a loop keeps in a namespace. One that is there already is as good as created; a namespace
 * that is going, or gone, gets no new content, and whoever asked for it goes with it.
 */
export async function createContent(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (isApiError(error, "AlreadyExists") || isNamespaceGoing(error)) return;
    throw error;
  }
}

/** Says whether a write was refused because its namespace is going, or gone. */
export function isNamespaceGoing(error: unknown): boolean {
  if (!(error instanceof KubeApiError)) return false;
  if (error.causes.some(({ reason }) => reason === "NamespaceTerminating")) return true;
  const details = error.status["details"] as { readonly kind?: unknown } | undefined;
  return error.code === 404 && details?.kind === "namespaces";
}

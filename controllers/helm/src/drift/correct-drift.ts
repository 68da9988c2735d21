import { compareForApply, kindOf, subjectOf } from "@weir/apply";
import { isApiError, type KubeClient } from "@weir/client";
import { keyOf } from "@weir/objects";
import { FIELD_MANAGER } from "../act/deployment.ts";
import { problemText } from "../release/release-error.ts";
import type { Drift } from "./detect-drift.ts";

/** What a correction did. */
export interface Correction {
  /** One line for each object that was corrected. */
  readonly corrected: readonly string[];
  readonly problems: readonly string[];
}

/** Brings drifted objects back: what is missing first, each kind in its order. What fails holds nothing else up. */
export async function correctDrift(
  drifts: readonly Drift[],
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<Correction> {
  const corrected: string[] = [];
  const problems: string[] = [];
  const sorted = drifts.toSorted(
    (left, right) =>
      Number(left.kind === "changed") - Number(right.kind === "changed") ||
      compareForApply(left.object, right.object),
  );
  for (const drift of sorted) {
    const subject = subjectOf(drift.object);
    try {
      await correct(drift, { client, signal });
      corrected.push(`${subject} ${drift.kind === "removed" ? "created" : "configured"}`);
    } catch (error) {
      signal.throwIfAborted();
      const verb = drift.kind === "removed" ? "creation" : "patch";
      problems.push(`${subject} ${verb} failure: ${safeText(drift, error)}`);
    }
  }
  return { corrected, problems };
}

async function correct(
  drift: Drift,
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<void> {
  const kind = kindOf(drift.object);
  const options = { fieldManager: FIELD_MANAGER, signal };
  if (drift.kind === "removed") await client.create(kind, drift.object, options);
  else {
    const patch = { type: "json", operations: drift.patch } as const;
    await client.patch(kind, keyOf(drift.object), patch, options);
  }
}

/** What the API says of a Secret that it refuses may hold a part of it. */
function safeText({ object }: Drift, error: unknown): string {
  const text = problemText(error);
  if (object.kind !== "Secret" || !isApiError(error, "Invalid")) return text;
  return text.slice(text.lastIndexOf(":") + 1).trim();
}

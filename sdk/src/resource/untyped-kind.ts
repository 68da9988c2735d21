import type { Kind } from "@weir/client";
import type { KubeObject } from "@weir/objects";

/** What is known of a kind beyond its name; discovery finds the rest. */
export interface KindHints {
  readonly plural?: string;
  readonly scope?: "Namespaced" | "Cluster";
}

/** A kind that has no types here: `kind("apps/v1", "Deployment")`, `kind("v1", "Secret")`. */
export function kind(apiVersion: string, name: string, hints: KindHints = {}): Kind<KubeObject> {
  const slash = apiVersion.indexOf("/");
  return {
    group: slash === -1 ? "" : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind: name,
    ...hints,
  };
}

import type { GitRepository, Kustomization } from "@weir/api";
import type { WriteOf } from "@weir/client";

/** What tests say of an object that is not the same in all of them. */
interface Named<Spec> {
  readonly name?: string;
  readonly namespace?: string;
  readonly spec?: Partial<Spec>;
}

type GitRepositoryIntent = WriteOf<typeof GitRepository>;
type KustomizationIntent = WriteOf<typeof Kustomization>;

/** A GitRepository of branch main at an address. */
export function aGitRepository(
  url: string,
  { name = "app", namespace = "default", spec = {} }: Named<GitRepositoryIntent["spec"]> = {},
): GitRepositoryIntent {
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name, namespace },
    spec: { url, interval: "10m", ref: { branch: "main" }, ...spec },
  };
}

/** A Kustomization of the root of the GitRepository `app`, which prunes. */
export function aKustomization({
  name = "app",
  namespace = "default",
  spec = {},
}: Named<KustomizationIntent["spec"]> = {}): KustomizationIntent {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace },
    spec: {
      interval: "10m",
      path: "./",
      prune: true,
      sourceRef: { kind: "GitRepository", name: "app" },
      ...spec,
    },
  };
}

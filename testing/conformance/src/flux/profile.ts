import type { FluxControllerOptions } from "@weir/testkit";

/** The flags that a profile of the recordings stands for; `undefined` for one that is not known. */
export function controllerOptions(profile: string): FluxControllerOptions | undefined {
  const source = { concurrency: 10 };
  const usual = { concurrency: 10, requeueDependencyMs: 5_000 };
  switch (profile) {
    case "default":
    case "serial":
    case "rate":
      return { source, kustomize: usual, helm: usual };
    case "strict":
      return {
        source,
        kustomize: { ...usual, noCrossNamespaceRefs: true, allowExternalArtifact: true },
        helm: {
          ...usual,
          noCrossNamespaceRefs: true,
          allowExternalArtifact: true,
          defaultServiceAccount: "flux-tenant",
        },
      };
    case "ea":
      return {
        source,
        kustomize: { concurrency: 10, allowExternalArtifact: true, additiveCELDependencyCheck: true },
        helm: { concurrency: 10, allowExternalArtifact: true, additiveCELDependencyCheck: true },
      };
    case "ext":
    case "strict2":
      return {
        source,
        kustomize: { ...usual, allowExternalArtifact: true },
        helm: { ...usual, allowExternalArtifact: true },
      };
    default:
      return undefined;
  }
}

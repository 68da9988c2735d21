import type { Resource } from "@weir/sdk";
import { HelmRelease } from "./helm/helm-release.ts";
import { Kustomization } from "./kustomize/kustomization.ts";
import { Bucket } from "./source/bucket.ts";
import { ExternalArtifact } from "./source/external-artifact.ts";
import { GitRepository } from "./source/git-repository.ts";
import { HelmChart } from "./source/helm-chart.ts";
import { HelmRepository } from "./source/helm-repository.ts";
import { OCIRepository } from "./source/oci-repository.ts";

/** All Flux kinds that are declared here, for whoever installs their CRDs. */
export const fluxResources: readonly Resource<unknown>[] = [
  GitRepository,
  OCIRepository,
  Bucket,
  HelmRepository,
  HelmChart,
  ExternalArtifact,
  Kustomization,
  HelmRelease,
];

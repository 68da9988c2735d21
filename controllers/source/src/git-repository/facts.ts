import type { Artifact, GitRepository } from "@weir/api";
import type { SourceFacts } from "../report/source-facts.ts";
import type { VerifiedSource } from "./verify-source.ts";

/** What shaped an artifact besides the revision. */
export interface ArtifactShape {
  readonly ignore: string | undefined;
  readonly include: NonNullable<GitRepository["spec"]["include"]>;
  readonly recurseSubmodules: boolean;
  readonly sparseCheckout: readonly string[];
}

/** What a run found out about a GitRepository; the report makes the status of it. */
export interface GitRepositoryFacts extends SourceFacts {
  readonly includedArtifacts: readonly Artifact[];
  readonly shape: ArtifactShape;
  readonly verified: VerifiedSource;
}

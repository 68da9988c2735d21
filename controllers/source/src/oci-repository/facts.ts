import type { OCIRepository } from "@weir/api";
import type { SourceFacts } from "../report/source-facts.ts";

/** What shapes an artifact besides the revision. */
export interface ArtifactShape {
  readonly ignore: string | undefined;
  readonly layerSelector: OCIRepository["spec"]["layerSelector"];
}

/** What a run found out about an OCIRepository; the report makes the status of it. */
export interface OCIRepositoryFacts extends SourceFacts {
  readonly shape: ArtifactShape;
}

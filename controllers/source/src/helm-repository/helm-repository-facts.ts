import type { SourceFacts } from "../report/source-facts.ts";

/** What a run found out about a HelmRepository; the report makes the status of it. */
export interface HelmRepositoryFacts extends SourceFacts {
  /** It is a registry, of which nothing is said. */
  readonly isStatic: boolean;
}

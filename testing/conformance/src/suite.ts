/** What came of one recorded case. */
export type CaseResult =
  | { readonly name: string; readonly verdict: "pass" }
  | { readonly name: string; readonly verdict: "fail"; readonly detail: string };

/** Recorded data of one kind and the code that replays it. A suite knows the format and nothing of single cases. */
export interface Suite {
  /** Named as the corpus folder: `text/semver`, `kustomize/krusty`, `flux/git`. */
  readonly name: string;
  /**
   * Its cases wait for controllers in real time, so a busy machine can spoil one: a result that contradicts the lists is
   * run again by itself, twice at the most, before it counts.
   */
  readonly isTimed?: boolean;
  /**
   * Replays every case and yields its result; names are unique and stable.
   *
   * `corpus` is the absolute path of the recorded data. `only` names the one case that was asked for, if any: a suite
   * whose cases are slow runs just that one.
   */
  run(corpus: string, only?: string): AsyncIterable<CaseResult>;
}

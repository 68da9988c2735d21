/** What came of one recorded case. */
export type CaseResult =
  | { readonly name: string; readonly verdict: "pass" }
  | { readonly name: string; readonly verdict: "fail"; readonly detail: string };

/** What a suite runs against: our own API, or a kube-apiserver that is started for it. */
export type ClusterKind = "embedded" | "real";

/** Recorded data of one kind and the code that replays it. A suite knows the format and nothing of single cases. */
export interface Suite {
  /** Named as the corpus folder: `text/semver`, `kustomize/krusty`, `flux/git`. */
  readonly name: string;
  /**
   * Its cases wait for controllers in real time, so a busy machine can spoil one: a result that contradicts the lists is
   * run again by itself, twice at the most, before it counts.
   */
  readonly isTimed?: boolean;
  /** Its cases lie in this repository: it is run where the recorded data is absent, too. */
  readonly hasOwnCases?: boolean;
  /** The clusters that it can run against, where it needs one; the embedded one by default. */
  readonly clusters?: readonly ClusterKind[];
  /** What is printed below the suite's counts: what they are made of. */
  readonly summary?: (results: readonly CaseResult[]) => string;
  /**
   * Replays every case and yields its result; names are unique and stable.
   *
   * `corpus` is the absolute path of the recorded data. `only` names the one case that was asked for, if any: a suite
   * whose cases are slow runs just that one.
   */
  run(corpus: string, only?: string, cluster?: ClusterKind): AsyncIterable<CaseResult>;
}

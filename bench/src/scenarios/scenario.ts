/** What a scenario process is asked to do, as the JSON of its one argument. */
export type Scenario =
  | {
      readonly kind: "kustomizations";
      readonly count: number;
      /** All build one folder, or each one of its own. */
      readonly folders: "one" | "each";
    }
  | {
      readonly kind: "releases";
      readonly count: number;
      /** How often all are asked to reconcile afterwards, with nothing to do. */
      readonly rounds: number;
    }
  | { readonly kind: "chain"; readonly length: number; readonly repetitions: number }
  | { readonly kind: "commits"; readonly count: number }
  | {
      readonly kind: "builds";
      /** The folder that is the tree. */
      readonly root: string;
      /** What is built of it. */
      readonly path: string;
      readonly repetitions: number;
    }
  | {
      readonly kind: "renders";
      /** The folder of a chart. */
      readonly root: string;
      readonly repetitions: number;
    };

/** What many Kustomizations took. */
export interface KustomizationsFigures {
  readonly wallMs: number;
  /** From the first create to the end of the last; part of `wallMs`. */
  readonly createMs: number;
  /** Of the whole process with its threads, without git. */
  readonly cpuSeconds: number;
  readonly memoryBeforeMb: number;
  readonly peakMb: number;
  readonly requests: Readonly<Record<string, number>>;
}

/** What many HelmReleases took. */
export interface ReleasesFigures extends KustomizationsFigures {
  /** Of each round in which nothing was to be done. */
  readonly rounds: readonly RoundFigures[];
}

/** What one round of reconciles took in which nothing was to be done. */
export interface RoundFigures {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  /** Resident at its end, after a collection where that can be asked for. */
  readonly memoryMb: number;
  /** Used in the heap at its end. */
  readonly heapMb: number;
  readonly requests: Readonly<Record<string, number>>;
}

/** Times of repeated runs, in milliseconds. */
export interface TimesFigures {
  readonly timesMs: readonly number[];
}

/** What builds in one process took, in milliseconds. */
export interface BuildsFigures {
  readonly firstMs: number;
  readonly laterMs: readonly number[];
  /** To find out that nothing which was read has changed, which saves the build. */
  readonly checkMs: number;
  readonly emitMs: number;
  readonly objects: number;
}

/** What renders of a chart in one process took, in milliseconds. */
export interface RendersFigures {
  readonly firstMs: number;
  readonly laterMs: readonly number[];
  readonly outputBytes: number;
  readonly peakMb: number;
}

/** What a scenario of a kind prints. */
export interface FiguresOf {
  readonly kustomizations: KustomizationsFigures;
  readonly releases: ReleasesFigures;
  readonly chain: TimesFigures;
  readonly commits: TimesFigures;
  readonly builds: BuildsFigures;
  readonly renders: RendersFigures;
}

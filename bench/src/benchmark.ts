/** One line of a benchmark's table: values by column, units in the column's name. */
export type Row = Readonly<Record<string, string | number>>;

/** What a benchmark gives: figures, or why there are none here. */
export type BenchmarkResult =
  | { readonly kind: "measured"; readonly rows: readonly Row[]; readonly notes?: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: string };

/** What a benchmark is given. */
export interface BenchmarkContext {
  /** The root of the checkout. */
  readonly root: string;
  /** An empty folder that is removed afterwards. */
  readonly scratch: string;
  /** The PATH under which programs are found. */
  readonly searchPath: string;
  /** Where our processes write CPU profiles; none are written by default. */
  readonly profiles?: string;
  /** Says what goes on, on standard error. */
  readonly progress: (text: string) => void;
}

/** Something that is timed. It prints and never judges: whether a figure is good is for its reader. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, and what it is compared with. */
  readonly about: string;
  readonly run: (context: BenchmarkContext) => Promise<BenchmarkResult>;
}

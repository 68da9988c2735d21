import type { Random } from "@weir/core";

/** One generated input: files below a fresh root and what the program is told about them. */
export interface FuzzCase {
  /** Texts by their path below the root. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that are no text, in base64. */
  readonly filesBase64?: Readonly<Record<string, string>>;
  /** The directory that is built, relative to the root. */
  readonly run: string;
  /** Flags as the target's recorded cases name them. */
  readonly options: Readonly<Record<string, string | boolean>>;
}

/** What a program made of a case. */
export interface FuzzOutcome {
  /** The bytes of standard output; absent where it failed. */
  readonly output?: string;
  /** The message of a failure. */
  readonly error?: string;
  readonly warnings: string;
}

/** How two programs differ on a case. */
export interface Difference {
  /** Two differences of one kind are likely to have one cause; shrinking keeps it. */
  readonly kind: string;
  readonly detail: string;
}

/** A rule by which a difference is one on purpose. */
export interface Waiver {
  readonly name: string;
  readonly reason: string;
  applies(given: FuzzCase, ours: FuzzOutcome, theirs: FuzzOutcome): boolean;
}

/** A program that is compared with the real one on generated input. */
export interface FuzzTarget {
  readonly name: string;
  /** What the real program is called. */
  readonly tool: string;
  readonly waivers: readonly Waiver[];
  /** How often the real program is asked again where it differs; 25 times by default. */
  readonly repeats?: number;
  /** How many cases are compared at once; two by default. */
  readonly workers?: number;
  /** The kinds that cases are of, where they can be told apart. */
  readonly kinds?: readonly string[];
  /** The kind of the case that would be generated. */
  kindOf?(random: Random): string;
  generate(random: Random): FuzzCase;
  /** Runs our own implementation; the files of the case lie in the folder `scratch`, too. */
  ours(given: FuzzCase, scratch: string): FuzzOutcome | Promise<FuzzOutcome>;
  /** Runs the real program, which lies at `tool`, in the folder `scratch`, which holds the files of the case. */
  theirs(given: FuzzCase, tool: string, scratch: string): Promise<FuzzOutcome>;
  difference(ours: FuzzOutcome, theirs: FuzzOutcome): Difference | undefined;
  /** The case and what the real program made of it as a recorded case, to be kept. */
  record(name: string, given: FuzzCase, theirs: FuzzOutcome): object;
}

/** A target, and where its real program lies. */
export interface Bench {
  readonly target: FuzzTarget;
  readonly tool: string;
}

/** A target that can be compared now, or why it cannot. Disposing it ends what was started for it. */
export type OpenedTarget =
  | ({ readonly kind: "open"; readonly bench: Bench } & AsyncDisposable)
  | { readonly kind: "absent"; readonly reason: string };

/** A target that may be asked for by its name. */
export interface NamedTarget {
  readonly name: string;
  open(): Promise<OpenedTarget>;
}

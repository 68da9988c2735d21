import { YamlBudgetError } from "./error.ts";

/**
 * Whose rules decide what a scalar means.
 *
 * `go-yaml-v2` is what sigs.k8s.io/yaml uses, and with it Kubernetes, Flux and Helm: YAML 1.1 with `yes`, `no`, `on`,
 * `off` and `y` as booleans, dates as text. `go-yaml-v3` is what kustomize reads resources with: those words are text,
 * dates are timestamps, and a repeated key is an error.
 */
export type YamlDialect = "go-yaml-v2" | "go-yaml-v3";

/** What to do about a key that a mapping has twice. */
export type DuplicateKeys = "last-wins" | "error";

/** How much a text may cost. Each excess is a `YamlBudgetError`. */
export interface YamlBudgets {
  /** Length of the text in bytes, or in UTF-16 units where a string is given. Default 64 MiB. */
  readonly size?: number;
  /** Nesting of mappings and sequences. Default 1000; go-yaml stops at 10,000. */
  readonly depth?: number;
  /** Nodes that come into being by following aliases. Default 400,000. */
  readonly aliases?: number;
  /** Keys copied by merge keys (`<<`). Default 100,000. */
  readonly merges?: number;
  /** Documents in a stream. Default 50,000. */
  readonly documents?: number;
}

/** How to load a text. */
export interface LoadOptions {
  readonly dialect?: YamlDialect;
  /** Default: `last-wins` for go-yaml-v2, `error` for go-yaml-v3. */
  readonly duplicateKeys?: DuplicateKeys;
  /** The same as `duplicateKeys: "error"`, in Kubernetes' word. */
  readonly strict?: boolean;
  readonly budgets?: YamlBudgets;
}

/** Options with every default filled in. */
export interface LoadSettings {
  readonly dialect: YamlDialect;
  readonly duplicateKeys: DuplicateKeys;
  readonly budgets: Required<YamlBudgets>;
}

const DEFAULT_BUDGETS: Required<YamlBudgets> = {
  size: 64 * 1024 * 1024,
  depth: 1000,
  aliases: 400_000,
  merges: 100_000,
  documents: 50_000,
};

/** Fills in the defaults. */
export function loadSettings(options: LoadOptions = {}): LoadSettings {
  const dialect = options.dialect ?? "go-yaml-v2";
  const usual = dialect === "go-yaml-v3" || options.strict === true ? "error" : "last-wins";
  return {
    dialect,
    duplicateKeys: options.duplicateKeys ?? usual,
    budgets: { ...DEFAULT_BUDGETS, ...options.budgets },
  };
}

/** Throws when a text is longer than its budget. */
export function checkSize(length: number, budgets: Required<YamlBudgets>): void {
  if (length > budgets.size)
    throw new YamlBudgetError("size", `document is larger than ${budgets.size} bytes`);
}

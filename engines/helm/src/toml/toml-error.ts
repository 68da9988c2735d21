import { WeirError } from "@weir/core";

/** A text that is no TOML, in the words of BurntSushi's decoder: `toml: line 1 (last key "a"): …`. */
export class TomlError extends WeirError {
  override readonly name = "TomlError";
  readonly reason = "InvalidToml";
  readonly retry = "never";
}

/** A problem before it is known what key it is at. */
export class TomlFlaw extends WeirError {
  override readonly name = "TomlFlaw";
  readonly reason = "InvalidToml";
  readonly retry = "never";
  /** From 1 on; 0 where BurntSushi counts back from the first. */
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

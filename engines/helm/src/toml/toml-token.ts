/** A value as it stands in the text, before it is read. */
export interface TomlToken {
  readonly kind: "string" | "multiline" | "raw" | "raw-multiline" | "bool" | "integer" | "float" | "datetime";
  readonly text: string;
  /** Whether escapes are in the text of a string. */
  readonly hasEscapes: boolean;
  /** The line at its end. */
  readonly line: number;
}

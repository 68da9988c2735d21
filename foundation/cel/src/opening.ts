const LITERAL_START = "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** What may stand at a place, in ANTLR's order, and what of it is no operand. */
export interface Opening {
  readonly words: string;
  readonly instead: readonly string[];
}

/** Where an operand must come. */
export const OPERAND: Opening = { words: `{'[', '{', '(', '.', '-', '!', ${LITERAL_START}`, instead: [] };

/** Behind the bracket of an index. */
export const INDEX: Opening = {
  words: `{'[', '{', '(', '.', '-', '!', '?', ${LITERAL_START}`,
  instead: ["?"],
};

/** Where a call's arguments begin. */
export const ARGUMENTS: Opening = {
  words: `{'[', '{', '(', ')', '.', '-', '!', ${LITERAL_START}`,
  instead: [")"],
};

/** Where a list begins. */
export const ELEMENTS: Opening = {
  words: `{'[', ']', '{', '(', '.', ',', '-', '!', '?', ${LITERAL_START}`,
  instead: ["]", ",", "?"],
};

/** Where a map begins. */
export const ENTRIES: Opening = {
  words: `{'[', '{', '}', '(', '.', ',', '-', '!', '?', ${LITERAL_START}`,
  instead: ["}", ",", "?"],
};

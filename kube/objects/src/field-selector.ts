import { compareUtf8, WeirError } from "@weir/core";

/** A field selector that cannot be read; the message is apimachinery's. */
export class FieldSelectorError extends WeirError {
  override readonly name = "FieldSelectorError";
  readonly reason = "InvalidFieldSelector";
  readonly retry = "never";
}

/** One term of a field selector: the field has this value, or has not. */
export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly isNegated: boolean;
}

/**
 * Reads a field selector: `metadata.name=a,status.phase!=Running`. A backslash lets a value hold `,`, `=` and `\`.
 * Throws `FieldSelectorError`.
 */
export function parseFieldSelector(selector: string): readonly FieldTerm[] {
  return splitTerms(selector)
    .filter((term) => term !== "")
    .sort(compareUtf8)
    .map((term) => parseTerm(selector, term));
}

/** Tells whether a field selector's terms hold for an object; `fieldValue` gives `""` for what the object lacks. */
export function matchesFields(terms: readonly FieldTerm[], fieldValue: (field: string) => string): boolean {
  return terms.every(({ field, value, isNegated }) => (fieldValue(field) === value) !== isNegated);
}

/** Cuts at commas that no backslash precedes. */
function splitTerms(selector: string): readonly string[] {
  const terms: string[] = [];
  let start = 0;
  for (let index = 0; index < selector.length; index += 1) {
    if (selector[index] === "\\") index += 1;
    else if (selector[index] === ",") {
      terms.push(selector.slice(start, index));
      start = index + 1;
    }
  }
  return [...terms, selector.slice(start)];
}

function parseTerm(selector: string, term: string): FieldTerm {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) {
    throw new FieldSelectorError(`invalid selector: '${selector}'; can't understand '${term}'`);
  }
  const [, field = "", operator, value = ""] = match;
  return { field, value: unescapeValue(value), isNegated: operator === "!=" };
}

function unescapeValue(value: string): string {
  let plain = "";
  for (let index = 0; index < value.length; index += 1) {
    const character = value.charAt(index);
    if (character === "," || character === "=") {
      // Go prints the character as the number that a rune is.
      const rune = character.charCodeAt(0);
      throw new FieldSelectorError(`invalid field selector: unescaped character in value: ${rune}`);
    }
    if (character !== "\\") {
      plain += character;
      continue;
    }
    index += 1;
    const escaped = value.charAt(index);
    if (escaped === "" || !"\\,=".includes(escaped)) {
      throw new FieldSelectorError(`invalid field selector: invalid escape sequence: ${character}${escaped}`);
    }
    plain += escaped;
  }
  return plain;
}

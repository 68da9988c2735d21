/** What stands between `%` and the verb. */
export interface Flags {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%+v`: structs with the names of their fields. */
  readonly plusV: boolean;
  /** `%#v`: Go syntax. */
  readonly sharpV: boolean;
  readonly width?: number;
  readonly precision?: number;
}

export const noFlags: Flags = {
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  plusV: false,
  sharpV: false,
};

/** Fills up to the width: to the right with spaces for `-`, else to the left, with zeros for `0`. */
export function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - (flags.width ? runeCount(text) : 0);
  if (missing <= 0) return text;
  return flags.minus ? text + " ".repeat(missing) : padding(missing, flags) + text;
}

/** As many fill characters as told, of the kind that the flags ask for. */
export function padding(count: number, flags: Flags): string {
  return (flags.zero && !flags.minus ? "0" : " ").repeat(Math.max(count, 0));
}

/** Fills up to the width with spaces only, whatever the flags say. */
export function padWithSpaces(text: string, flags: Flags): string {
  return pad(text, flags.zero ? { ...flags, zero: false } : flags);
}

/** Go's count of a text's runes: each byte that is no UTF-8 counts as one. */
export function runeCount(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) count -= 1;
  }
  return count;
}

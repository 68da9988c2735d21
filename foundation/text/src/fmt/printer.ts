import { sortedGoKeys } from "../go-value/compare-text.ts";
import { GoCallError } from "../go-value/go-function.ts";
import { GoInt, isSignedKind } from "../go-value/go-int.ts";
import { goTypeOf } from "../go-value/go-type-of.ts";
import {
  GoComplex,
  type GoField,
  GoMap,
  GoObject,
  GoSlice,
  type GoType,
  type GoValue,
} from "../go-value/go-value.ts";
import { utf8Text } from "../go-value/utf8-text.ts";
import { type Flags, noFlags, pad } from "./flags.ts";
import { formatChar, formatInteger, formatQuotedChar, formatUnicode } from "./format-integer.ts";
import { formatNumber } from "./format-number.ts";
import { formatHex, formatQuoted, formatText } from "./format-text.ts";

/** Go's stack holds far more, but a value that holds itself would end the process there. */
const DEEPEST = 1000;

/** Go prints where a value lies in memory; there is no such place here. */
const ADDRESS = 0xc000012000n;

/** What a verb is about to print: `isArgument` of an operand itself, not what was found inside one. */
interface Subject {
  readonly value: GoValue;
  readonly type: GoType;
  readonly isArgument: boolean;
}

/** Collects the output of one call of `sprintf` or `sprint`, with the flags of the verb at hand. */
export class Printer {
  flags: Flags = noFlags;
  #out = "";
  readonly #charge: ((bytes: number) => void) | undefined;
  /** While a bad verb is reported, no value may print itself. */
  #isReporting = false;

  /** `charge` hears of every piece before it is kept, and may throw. */
  constructor(charge?: (bytes: number) => void) {
    this.#charge = charge;
  }

  get output(): string {
    return this.#out;
  }

  write(text: string): void {
    this.#charge?.(text.length);
    this.#out += text;
  }

  /** Prints an operand. */
  printArgument(value: GoValue, verb: string): void {
    const subject: Subject = { value, type: goTypeOf(value), isArgument: true };
    if (value === null) {
      if (verb === "T" || verb === "v") this.write(pad("<nil>", this.flags));
      else this.#reportBadVerb(verb, subject);
    } else if (verb === "T") {
      this.write(formatText(subject.type, this.flags));
    } else if (verb === "p") {
      this.#printPointer(subject, verb);
    } else if (value instanceof Uint8Array) {
      this.#printBytes(subject, value, verb, "[]byte");
    } else if (!isCompound(value) || !this.#printByMethod(subject, verb)) {
      this.#printValue(isCompound(value) ? { ...subject, isArgument: false } : subject, verb, 0);
    }
  }

  /** Prints a value inside another one, declared with a type. */
  #printInside(value: GoValue, declared: GoType, verb: string, depth: number): void {
    if (depth > DEEPEST) throw new GoCallError("value is nested too deeply to be printed");
    if (value === null) {
      this.#printNil(declared, verb);
      return;
    }
    const subject: Subject = { value, type: goTypeOf(value), isArgument: false };
    // An unnamed value of a simple type that cannot have methods.
    if ((isCompound(value) || verb === "w") && this.#printByMethod({ ...subject, isArgument: true }, verb))
      return;
    this.#printValue(subject, verb, depth);
  }

  #printNil(declared: GoType, verb: string): void {
    if (declared.startsWith("*")) {
      const written = verb === "v" ? undefined : pointerText(declared, 0n, verb, this.flags);
      if (written !== undefined) this.write(written);
      else if (this.flags.sharpV) this.write(`(${declared})(nil)`);
      else if (verb === "v") this.write(pad("<nil>", this.flags));
      else this.write(`%!${verb}(${declared}=<nil>)`);
    } else {
      this.write(this.flags.sharpV ? `${declared}(nil)` : "<nil>");
    }
  }

  /** Lets a value print itself where its type can and the verb takes text. */
  #printByMethod(subject: Subject, verb: string): boolean {
    if (this.#isReporting) return false;
    if (verb === "w") {
      this.#reportBadVerb(verb, subject);
      return true;
    }
    if (!(subject.value instanceof GoObject)) return false;
    if (this.flags.sharpV) {
      const syntax = subject.value.goText();
      if (syntax !== undefined) this.write(formatText(syntax, this.flags));
      return syntax !== undefined;
    }
    if (!"vsxXq".includes(verb)) return false;
    const text = subject.value.text();
    if (text === undefined) return false;
    this.#printText(subject, text, verb);
    return true;
  }

  /** Prints by what the value is made of, whatever methods it has. */
  #printValue(subject: Subject, verb: string, depth: number): void {
    const { value } = subject;
    if (typeof value === "boolean") {
      if (verb === "t" || verb === "v") this.write(pad(String(value), this.flags));
      else this.#reportBadVerb(verb, subject);
    } else if (typeof value === "string") {
      this.#printText(subject, value, verb);
    } else if (typeof value === "number") {
      this.#printFloat(subject, value, verb);
    } else if (value instanceof GoInt) {
      this.#printInteger(subject, value, verb);
    } else if (value instanceof GoComplex) {
      this.#printComplex(subject, value, verb);
    } else {
      this.#printCompound(subject, verb, depth);
    }
  }

  #printCompound(subject: Subject, verb: string, depth: number): void {
    const { value, type } = subject;
    if (value instanceof GoObject) {
      this.#printObject(value, verb, depth);
    } else if (value instanceof Map) {
      this.#printMap({ type, elem: "interface {}", entries: value, isNil: false }, verb, depth);
    } else if (value instanceof GoMap) {
      this.#printMap(value, verb, depth);
    } else if (value instanceof Uint8Array) {
      if ("sqxX".includes(verb)) this.#printBytes(subject, value, verb, type);
      else this.#printList({ type, elem: "uint8", items: bytesAsIntegers(value) }, verb, depth);
    } else if (value instanceof GoSlice) {
      this.#printSlice(subject, value, verb, depth);
    } else {
      this.#printList({ type, elem: "interface {}", items: value as readonly GoValue[] }, verb, depth);
    }
  }

  #printSlice(subject: Subject, slice: GoSlice, verb: string, depth: number): void {
    if (slice.elem === "uint8" && "sqxX".includes(verb)) {
      this.#printBytes(subject, Uint8Array.from(slice.items, byteOf), verb, subject.type);
    } else if (slice.isNil && this.flags.sharpV) {
      this.write(`${subject.type}(nil)`);
    } else {
      this.#printList({ type: subject.type, elem: slice.elem, items: slice.items }, verb, depth);
    }
  }

  #printObject(object: GoObject, verb: string, depth: number): void {
    const { underlying, kind, type } = object;
    if (kind === "struct") {
      this.#printStruct(type, object.fields(), verb, depth);
    } else if (kind === "ptr" && depth === 0) {
      this.write("&");
      this.#printStruct(type.replace(/^\*/, ""), object.fields(), verb, depth + 1);
    } else if (underlying === undefined || underlying === null) {
      this.#printPointer({ value: object, type, isArgument: false }, verb);
    } else if (Array.isArray(underlying)) {
      this.#printList({ type, elem: "interface {}", items: underlying }, verb, depth);
    } else if (underlying instanceof Map) {
      this.#printMap({ type, elem: "interface {}", entries: underlying, isNil: false }, verb, depth);
    } else if (underlying instanceof GoMap) {
      this.#printMap({ ...underlying, type }, verb, depth);
    } else {
      this.#printValue({ value: underlying, type, isArgument: false }, verb, depth);
    }
  }

  #printStruct(type: GoType, fields: readonly GoField[], verb: string, depth: number): void {
    const { sharpV, plusV } = this.flags;
    this.write(sharpV ? `${type}{` : "{");
    for (const [index, field] of fields.entries()) {
      if (index > 0) this.write(sharpV ? ", " : " ");
      if (sharpV || plusV) this.write(`${field.name}:`);
      // What cannot be reached from outside cannot be asked to print itself either.
      if (/^\p{Lu}/u.test(field.name) || field.value === null) {
        this.#printInside(field.value, field.type, verb, depth + 1);
      } else {
        const subject = { value: field.value, type: goTypeOf(field.value), isArgument: false };
        this.#printValue(subject, verb, depth + 1);
      }
    }
    this.write("}");
  }

  #printMap(map: MapParts, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    if (map.isNil && sharpV) {
      this.write(`${map.type}(nil)`);
      return;
    }
    this.write(sharpV ? `${map.type}{` : "map[");
    for (const [index, key] of sortedGoKeys(map.entries).entries()) {
      if (index > 0) this.write(sharpV ? ", " : " ");
      this.#printInside(key, "string", verb, depth + 1);
      this.write(":");
      this.#printInside(map.entries.get(key) ?? null, map.elem, verb, depth + 1);
    }
    this.write(sharpV ? "}" : "]");
  }

  #printList(list: ListParts, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    this.write(sharpV ? `${list.type}{` : "[");
    for (const [index, item] of list.items.entries()) {
      if (index > 0) this.write(sharpV ? ", " : " ");
      this.#printInside(item, list.elem, verb, depth + 1);
    }
    this.write(sharpV ? "}" : "]");
  }

  #printBytes(subject: Subject, bytes: Uint8Array, verb: string, type: GoType): void {
    if (verb === "s" || verb === "q" || verb === "x" || verb === "X") {
      this.#printText(subject, utf8Text(bytes), verb);
    } else if (verb === "v" || verb === "d") {
      const open = this.flags.sharpV ? `${type}{` : "[";
      const style = this.flags.sharpV ? { ...this.flags, sharp: true } : this.flags;
      const base = this.flags.sharpV ? 16 : 10;
      const items = Array.from(bytes, (byte) => formatInteger(BigInt(byte), { base }, style));
      this.write(open + items.join(this.flags.sharpV ? ", " : " ") + (this.flags.sharpV ? "}" : "]"));
    } else {
      this.#printList({ type: subject.type, elem: "uint8", items: bytesAsIntegers(bytes) }, verb, 0);
    }
  }

  #printText(subject: Subject, text: string, verb: string): void {
    switch (verb) {
      case "v":
        this.write(this.flags.sharpV ? formatQuoted(text, this.flags) : formatText(text, this.flags));
        return;
      case "s":
        this.write(formatText(text, this.flags));
        return;
      case "x":
      case "X":
        this.write(formatHex(text, this.flags, verb === "X"));
        return;
      case "q":
        this.write(formatQuoted(text, this.flags));
        return;
      default:
        this.#reportBadVerb(verb, subject);
    }
  }

  #printFloat(subject: Subject, value: number, verb: string): void {
    const written = floatText(value, verb, this.flags);
    if (written === undefined) this.#reportBadVerb(verb, subject);
    else this.write(written);
  }

  #printComplex(subject: Subject, { real, imaginary }: GoComplex, verb: string): void {
    const first = floatText(real, verb, this.flags);
    // The imaginary part always has a sign.
    const second = floatText(imaginary, verb, { ...this.flags, plus: true });
    if (first === undefined || second === undefined) this.#reportBadVerb(verb, subject);
    else this.write(`(${first}${second}i)`);
  }

  #printInteger(subject: Subject, { value, kind }: GoInt, verb: string): void {
    const written = integerText(value, isSignedKind(kind), verb, this.flags);
    if (written === undefined) this.#reportBadVerb(verb, subject);
    else this.write(written);
  }

  #printPointer(subject: Subject, verb: string): void {
    const { value, type } = subject;
    const isNil = (value instanceof GoMap || value instanceof GoSlice) && value.isNil;
    const written = isReference(value)
      ? pointerText(type, isNil ? 0n : ADDRESS, verb, this.flags)
      : undefined;
    if (written === undefined) this.#reportBadVerb(verb, subject);
    else this.write(written);
  }

  /** `%!d(string=x)`: the verb, and the value as `%v` prints it. */
  #reportBadVerb(verb: string, { value, type, isArgument }: Subject): void {
    this.#isReporting = true;
    this.write(`%!${verb}(`);
    if (value === null) {
      this.write("<nil>");
    } else {
      this.write(`${type}=`);
      if (isArgument) this.printArgument(value, "v");
      else this.#printValue({ value, type, isArgument }, "v", 0);
    }
    this.write(")");
    this.#isReporting = false;
  }
}

interface MapParts {
  readonly type: GoType;
  readonly elem: GoType;
  readonly entries: ReadonlyMap<string, GoValue>;
  readonly isNil: boolean;
}

interface ListParts {
  readonly type: GoType;
  readonly elem: GoType;
  readonly items: readonly GoValue[];
}

/** Whether fmt needs reflection to print the value. */
function isCompound(value: GoValue): boolean {
  return (
    typeof value === "object" && value !== null && !(value instanceof GoInt) && !(value instanceof GoComplex)
  );
}

const REFERENCE_KINDS: ReadonlySet<string> = new Set(["ptr", "map", "slice", "func", "chan"]);

function isReference(value: GoValue): boolean {
  return value instanceof GoObject ? REFERENCE_KINDS.has(value.kind) : isCompound(value);
}

/** A pointer by its verb; `undefined` where pointers have no such verb. */
function pointerText(type: GoType, address: bigint, verb: string, flags: Flags): string | undefined {
  if (verb === "v" && flags.sharpV) {
    return `(${type})(${address === 0n ? "nil" : `0x${address.toString(16)}`})`;
  }
  if (verb === "v" || verb === "p") {
    return formatInteger(address, { base: 16 }, { ...flags, sharp: !flags.sharp });
  }
  return "bodxX".includes(verb) ? integerText(address, false, verb, flags) : undefined;
}

function bytesAsIntegers(bytes: Uint8Array): readonly GoValue[] {
  return Array.from(bytes, (byte) => new GoInt("uint8", BigInt(byte)));
}

function byteOf(value: GoValue): number {
  return value instanceof GoInt ? Number(value.value) : 0;
}

/** A float by its verb; `undefined` where floats have no such verb. */
function floatText(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      return formatNumber(value, "g", flags);
    case "b":
    case "g":
    case "G":
    case "x":
    case "X":
      return formatNumber(value, verb, flags);
    case "f":
    case "e":
    case "E":
      return formatNumber(value, verb, flags, 6);
    case "F":
      return formatNumber(value, "f", flags, 6);
    default:
      return undefined;
  }
}

/** An integer by its verb; `undefined` where integers have no such verb. */
// oxlint-disable-next-line complexity -- a table of verbs
function integerText(value: bigint, isSigned: boolean, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      if (!flags.sharpV || isSigned) return formatInteger(value, { base: 10 }, flags);
      return formatInteger(value, { base: 16 }, { ...flags, sharp: true });
    case "d":
      return formatInteger(value, { base: 10 }, flags);
    case "b":
      return formatInteger(value, { base: 2 }, flags);
    case "o":
      return formatInteger(value, { base: 8 }, flags);
    case "O":
      return formatInteger(value, { base: 8, marksOctal: true }, flags);
    case "x":
      return formatInteger(value, { base: 16 }, flags);
    case "X":
      return formatInteger(value, { base: 16, isUpper: true }, flags);
    case "c":
      return formatChar(value, flags);
    case "q":
      return formatQuotedChar(value, flags);
    case "U":
      return formatUnicode(value, flags);
    default:
      return undefined;
  }
}

/** The three ways to write a quantity; a sum keeps the first operand's. */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** What a suffix stands for: `base` to the power of `exponent`. */
export interface QuantitySuffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const DECIMAL: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const BINARY: ReadonlyMap<string, number> = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);
const DECIMAL_NAMES = namesOf(DECIMAL);
const BINARY_NAMES = namesOf(BINARY);

function namesOf(table: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
  return new Map([...table].map(([name, exponent]) => [exponent, name]));
}

/** Reads a suffix; `undefined` for one that does not exist. */
export function readSuffix(text: string): QuantitySuffix | undefined {
  const decimal = DECIMAL.get(text);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: "DecimalSI" };
  const binary = BINARY.get(text);
  if (binary !== undefined) return { base: 2, exponent: binary, format: "BinarySI" };
  const [, digits = ""] = /^[eE]([+-]?0*[0-9]{1,19})$/.exec(text) ?? [];
  if (digits === "") return undefined;
  const exponent = BigInt(digits.replace("+", ""));
  if (BigInt.asIntN(64, exponent) !== exponent) return undefined;
  // Kubernetes reads 64 bits and keeps 32 of them.
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: "DecimalExponent" };
}

/** The suffix of a power; empty where there is none, as Kubernetes leaves it out and writes a wrong number. */
export function writeSuffix(base: 2 | 10, exponent: number, format: QuantityFormat): string {
  if (format === "DecimalExponent") return exponent === 0 ? "" : `e${exponent}`;
  return (base === 2 ? BINARY_NAMES : DECIMAL_NAMES).get(exponent) ?? "";
}

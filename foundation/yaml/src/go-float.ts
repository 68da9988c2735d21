/** Decimal digits of a float and where its point stands: 0.d1d2… × 10^exponent. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(text: string): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text);
  const [, sign = "", whole = "0", fraction = "", power = "0"] = match ?? [];
  const all = whole + fraction;
  const digits = all.replace(/^0+/, "").replace(/0+$/, "");
  const leading = all.length - all.replace(/^0+/, "").length;
  return { negative: sign === "-", digits, exponent: whole.length - leading + Number(power) };
}

/** Below this exponent and from it on, Go's shortest `%g` writes an exponent. */
const LOWEST_EXPONENT = -4;
const HIGHEST_EXPONENT = 6;

/**
 * Writes a float as go-yaml does: `strconv.FormatFloat(value, 'g', -1, 64)`, and `.inf`, `-.inf`, `.nan`.
 *
 * Both Go and JavaScript use the shortest digits that read back as the same float; only the layout differs.
 */
export function formatGoFloat(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return layOut(value, String(value));
}

/** The same for a value that go-yaml takes for a float32: a float as a mapping's key in sigs.k8s.io/yaml. */
export function formatGoFloat32(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const narrow = Math.fround(value);
  return layOut(narrow, Number.isFinite(narrow) ? shortestFloat32(narrow) : "");
}

function shortestFloat32(value: number): string {
  for (let precision = 1; precision < 9; precision += 1) {
    const text = roundToEven(value, precision);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}

/** `toPrecision` rounds halves up, Go to the even digit. */
function roundToEven(value: number, precision: number): string {
  const [mantissa = "", power = "0"] = value.toExponential(60).split("e");
  const digits = mantissa.replace(/[-.]/g, "");
  const isHalf = /^50*$/.test(digits.slice(precision));
  if (!isHalf || Number(digits.charAt(precision - 1)) % 2 === 1) return value.toExponential(precision - 1);
  const cut = digits.slice(0, precision);
  const sign = value < 0 ? "-" : "";
  return `${sign}${cut.charAt(0)}.${cut.slice(1)}0e${power}`;
}

function layOut(value: number, shortest: string): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  if (value === 0) return "0";
  const { negative, digits, exponent } = decimalOf(shortest);
  const power = exponent - 1;
  const scientific = power < LOWEST_EXPONENT || power >= Math.max(HIGHEST_EXPONENT, 0);
  return (negative ? "-" : "") + (scientific ? layOutPower(digits, power) : layOutPoint(digits, exponent));
}

function layOutPower(digits: string, power: number): string {
  const mantissa = digits.length > 1 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits;
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function layOutPoint(digits: string, exponent: number): string {
  if (exponent <= 0) return `0.${"0".repeat(-exponent)}${digits}`;
  if (digits.length <= exponent) return digits.padEnd(exponent, "0");
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

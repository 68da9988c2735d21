import type { JsonValue } from "@weir/core";
import { GoDecodeError } from "./go-decode-error.ts";

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;
const MALFORMED =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const decimalSuffixes: readonly (readonly [suffix: string, exponent: number])[] = [
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
];
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Exponents beyond this are capped as Go caps them; nothing real is near. */
const MAX_EXPONENT = 60;
const MAX_LENGTH = 512;

/**
 * The canonical form of a resource quantity: no fraction, the largest suffix that keeps it whole, rounded up to nano.
 *
 * Throws `GoDecodeError` with the message of Kubernetes' parser.
 */
export function normalizeQuantity(value: JsonValue): string {
  const given = typeof value === "number" ? String(value) : value;
  const canonical = canonicalQuantity(matchQuantity(given));
  return typeof given === "string" && plainForm(given) === canonical ? given : canonical;
}

/** How many of a canonical quantity's units make one thousandth. */
const unitsBelowMilli: Readonly<Record<string, bigint>> = {
  n: 1_000_000n,
  u: 1_000n,
  "e-9": 1_000_000n,
  "e-6": 1_000n,
};

/** A canonical quantity in whole thousandths, rounded away from zero: finer ones are kept of no resource. */
export function roundUpToMilli(canonical: string): string {
  const [, digits = "", unit = ""] = /^([+-]?\d+)(n|u|e-9|e-6)$/.exec(canonical) ?? [];
  const divisor = unitsBelowMilli[unit];
  if (divisor === undefined) return canonical;
  const value = BigInt(digits.replace(/^\+/, ""));
  const raised = value < 0n ? value - divisor + 1n : value + divisor - 1n;
  return normalizeQuantity(`${raised / divisor}${unit.startsWith("e") ? "e-3" : "m"}`);
}

/** Go keeps a text that differs from the canonical one in these ways alone. */
function plainForm(text: string): string {
  return text
    .replace(/^\+/, "")
    .replace(/\.$/, "")
    .replace(/E(?=\d)/, "e");
}

function canonicalQuantity(match: RegExpExecArray): string {
  const [, sign = "", whole = "", fraction = "", suffix = "", exponent] = match;
  const base = nanoUnits(whole, fraction, suffix, exponent);
  const nano = sign === "-" ? -base : base;
  if (suffix.endsWith("i") && magnitude(nano) >= 1024n * NANO) return binaryForm(nano);
  return decimalForm(nano, exponent !== undefined);
}

function matchQuantity(value: JsonValue): RegExpExecArray {
  const match = typeof value === "string" && value.length <= MAX_LENGTH ? SYNTAX.exec(value.trim()) : null;
  if (match === null || `${match[2] ?? ""}${match[3] ?? ""}` === "") throw new GoDecodeError(MALFORMED);
  return match;
}

const NANO = 10n ** 9n;

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The value in units of 10⁻⁹, rounded away from zero. */
// oxlint-disable-next-line max-params -- the four parts of the syntax
function nanoUnits(whole: string, fraction: string, suffix: string, exponent: string | undefined): bigint {
  let digits = BigInt(`${whole}${fraction}` === "" ? "0" : `${whole}${fraction}`);
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) digits *= 1024n ** BigInt(binary);
  const scale =
    exponent === undefined
      ? (decimalSuffixes.find(([name]) => name === suffix)?.[1] ?? 0)
      : Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(exponent)));
  const power = 9 + scale - fraction.length;
  if (power >= 0) return digits * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (digits + divisor - 1n) / divisor;
}

function binaryForm(nano: bigint): string {
  if (nano % NANO !== 0n) return decimalForm(nano, false);
  let value = nano / NANO;
  let power = 0;
  while (value !== 0n && value % 1024n === 0n && power < binarySuffixes.length - 1) {
    value /= 1024n;
    power += 1;
  }
  return `${value}${binarySuffixes[power]}`;
}

function decimalForm(nano: bigint, exponential: boolean): string {
  if (nano === 0n) return "0";
  let value = nano;
  let exponent = -9;
  const largest = exponential ? Number.POSITIVE_INFINITY : 18;
  while (value % 1000n === 0n && exponent < largest) {
    value /= 1000n;
    exponent += 3;
  }
  if (exponential) return exponent === 0 ? String(value) : `${value}e${exponent}`;
  return `${value}${decimalSuffixes.find(([, power]) => power === exponent)?.[0] ?? ""}`;
}

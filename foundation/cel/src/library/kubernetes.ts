import {
  addQuantities,
  compareQuantities,
  dnsLabelProblems,
  dnsSubdomainProblems,
  formatQuantity,
  labelKeyProblems,
  labelValueProblems,
  parseQuantity,
  type Quantity,
  QuantityRangeError,
  QuantitySyntaxError,
  quantityToNumber,
  quantityValue,
  subtractQuantities,
} from "@weir/text";
import { BOOL, type CelType, DOUBLE, hidden, INT, listOf, optionalOf, STRING } from "../cel-type.ts";
import { type CelFunction, globalFunction, memberFunction } from "../function-table.ts";
import { CelFailure, CelObject, CelOptional, type CelValue } from "../value.ts";
import { findAll, findFirst, searchText } from "./pattern-search.ts";
import { parseTimestamp } from "./time.ts";
import { parseRequestUrl } from "./url.ts";

export const QUANTITY: CelType = hidden("kubernetes.Quantity");
export const FORMAT: CelType = hidden("kubernetes.NamedFormat");

type QuantityValue = CelObject<Quantity>;

function quantityObject(quantity: Quantity, isComputed = false): QuantityValue {
  return new CelObject(
    QUANTITY.name,
    quantity,
    formatQuantity(quantity),
    (left, right) => compareQuantities(left, right) === 0,
    isComputed,
  );
}

function readQuantity(text: string): Quantity | CelFailure {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantitySyntaxError || error instanceof QuantityRangeError)
      return new CelFailure(error.message);
    throw error;
  }
}

function toQuantity(text: string): CelValue {
  const quantity = readQuantity(text);
  return quantity instanceof CelFailure ? quantity : quantityObject(quantity);
}

function ofInt(value: bigint): Quantity {
  return parseQuantity(String(value));
}

/** The whole number that a quantity is, if it is one and fits 64 bits. */
function wholeOf({ content }: QuantityValue): bigint | undefined {
  const value = quantityValue(content);
  return compareQuantities(content, ofInt(value)) === 0 ? value : undefined;
}

function ordered(left: QuantityValue, right: QuantityValue): number {
  return compareQuantities(left.content, right.content);
}

/** Kubernetes' functions of quantities. */
export const QUANTITIES: readonly CelFunction[] = [
  globalFunction("quantity", [[STRING], QUANTITY, toQuantity]),
  globalFunction("isQuantity", [
    [STRING],
    BOOL,
    (text: string) => !(readQuantity(text) instanceof CelFailure),
  ]),
  globalFunction("sign", [
    [QUANTITY],
    INT,
    ({ content }: QuantityValue) => BigInt(Math.sign(compareQuantities(content, ofInt(0n)))),
  ]),
  memberFunction("isGreaterThan", [
    [QUANTITY, QUANTITY],
    BOOL,
    (left: QuantityValue, right: QuantityValue) => ordered(left, right) > 0,
  ]),
  memberFunction("isLessThan", [
    [QUANTITY, QUANTITY],
    BOOL,
    (left: QuantityValue, right: QuantityValue) => ordered(left, right) < 0,
  ]),
  memberFunction("compareTo", [
    [QUANTITY, QUANTITY],
    INT,
    (left: QuantityValue, right: QuantityValue) => BigInt(Math.sign(ordered(left, right))),
  ]),
  memberFunction("asApproximateFloat", [
    [QUANTITY],
    DOUBLE,
    ({ content }: QuantityValue) => quantityToNumber(content),
  ]),
  memberFunction("asInteger", [
    [QUANTITY],
    INT,
    (value: QuantityValue) => wholeOf(value) ?? new CelFailure("cannot convert value to integer"),
  ]),
  memberFunction("isInteger", [[QUANTITY], BOOL, (value: QuantityValue) => wholeOf(value) !== undefined]),
  memberFunction(
    "add",
    [
      [QUANTITY, QUANTITY],
      QUANTITY,
      (left: QuantityValue, right: QuantityValue) =>
        quantityObject(addQuantities(left.content, right.content), true),
    ],
    [
      [QUANTITY, INT],
      QUANTITY,
      (left: QuantityValue, right: bigint) => quantityObject(addQuantities(left.content, ofInt(right)), true),
    ],
  ),
  memberFunction(
    "sub",
    [
      [QUANTITY, QUANTITY],
      QUANTITY,
      (left: QuantityValue, right: QuantityValue) =>
        quantityObject(subtractQuantities(left.content, right.content), true),
    ],
    [
      [QUANTITY, INT],
      QUANTITY,
      (left: QuantityValue, right: bigint) =>
        quantityObject(subtractQuantities(left.content, ofInt(right)), true),
    ],
  ),
];

/** Kubernetes' functions of regular expressions. */
export const REGEX: readonly CelFunction[] = [
  memberFunction("find", [
    [STRING, STRING],
    STRING,
    (text: string, pattern: string) => searchText(findFirst, text, pattern),
  ]),
  memberFunction(
    "findAll",
    [[STRING, STRING], listOf(STRING), (text: string, pattern: string) => searchText(findAll, text, pattern)],
    [
      [STRING, STRING, INT],
      listOf(STRING),
      (text: string, pattern: string, limit: bigint) => searchText(findAll, text, pattern, limit),
    ],
  ),
];

type Check = (text: string) => readonly string[];

/** Formats count characters where names of objects count bytes. */
function inCharacters(check: Check): Check {
  return (text) => check(text).map((problem) => problem.replace(/ bytes$/, " characters"));
}

const dnsLabel = inCharacters(dnsLabelProblems);
const dnsSubdomain = inCharacters(dnsSubdomainProblems);

/** A prefix may end in a dash, as it does before generated characters. */
function asPrefix(check: Check): Check {
  return (text) => check(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
}

function matchesOr(pattern: RegExp, problem: string): Check {
  return (text) => (pattern.test(text) ? [] : [problem]);
}

const DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";

function dns1035Problems(text: string): readonly string[] {
  const tooLong = Buffer.byteLength(text) > 63 ? ["must be no more than 63 characters"] : [];
  if (new RegExp(`^${DNS_1035}$`).test(text)) return tooLong;
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...tooLong, `${rule} (e.g. 'my-name',  or 'abc-123', regex used for validation is '${DNS_1035}')`];
}

function uriProblems(text: string): readonly string[] {
  const parts = parseRequestUrl(text);
  return typeof parts === "string" ? [parts] : [];
}

function timeProblems(text: string): readonly string[] {
  return parseTimestamp(text) === undefined ? ["invalid datetime"] : [];
}

function dateProblems(text: string): readonly string[] {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined;
  return isDate ? [] : ["invalid date"];
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?!$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A format, and how long the pattern is that its cost is measured by. */
export interface NamedFormat {
  readonly problems: Check;
  readonly patternSize: number;
}

const FORMATS: ReadonlyMap<string, NamedFormat> = new Map([
  format("dns1123Label", dnsLabel, 30),
  format("dns1123Subdomain", dnsSubdomain, 60),
  format("dns1035Label", dns1035Problems, 30),
  format("qualifiedName", labelKeyProblems, 60),
  format("dns1123LabelPrefix", asPrefix(dnsLabel), 30),
  format("dns1123SubdomainPrefix", asPrefix(dnsSubdomain), 60),
  format("dns1035LabelPrefix", asPrefix(dns1035Problems), 30),
  format("labelValue", labelValueProblems, 40),
  format("uri", uriProblems, 1103),
  format("uuid", matchesOr(UUID, "does not match the UUID format"), 70),
  format("byte", matchesOr(BASE64, "invalid base64"), 84),
  format("date", dateProblems, 71),
  format("datetime", timeProblems, 71),
]);

function format(name: string, problems: Check, patternSize: number): readonly [string, NamedFormat] {
  return [name, { problems, patternSize }];
}

function formatObject(name: string, content: NamedFormat): CelObject<NamedFormat> {
  return new CelObject(FORMAT.name, content, name, (left, right) => left === right);
}

function validate({ content }: CelObject<NamedFormat>, text: string): CelValue {
  const problems = content.problems(text);
  return new CelOptional(problems.length === 0 ? undefined : problems);
}

/** Kubernetes' named formats. */
export const FORMATTING: readonly CelFunction[] = [
  ...Array.from(FORMATS, ([name, content]) =>
    globalFunction(`format.${name}`, [[], FORMAT, () => formatObject(name, content)]),
  ),
  globalFunction("format.named", [
    [STRING],
    optionalOf(FORMAT),
    (name: string) => {
      const content = FORMATS.get(name);
      return new CelOptional(content && formatObject(name, content));
    },
  ]),
  memberFunction("validate", [[FORMAT, STRING], optionalOf(listOf(STRING)), validate]),
];

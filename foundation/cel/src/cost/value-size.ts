import type { IpAddress, IpRange } from "../library/ip-address.ts";
import { CelMap, CelObject, CelOptional, type CelValue, isList } from "../value.ts";

/** What walking along a text costs for each of its characters. */
export const TRAVERSAL = 0.1;

/** What walking along so many characters, bytes or elements costs: a part of one counts as one. */
export function traversal(size: number): number {
  return Math.ceil(size * TRAVERSAL);
}

/** The number of characters of a text. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) count--;
  return count;
}

/** How large a value is where its cost depends on it: characters, bytes, elements or entries, and one of anything else. */
export function sizeOfValue(value: CelValue): number {
  if (typeof value === "string") return characterCount(value);
  if (typeof value !== "object" || value === null) return 1;
  if (isList(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof CelMap) return value.size;
  if (value instanceof CelOptional) return value.value === undefined ? 1 : sizeOfValue(value.value);
  return value instanceof CelObject ? sizeOfObject(value) : 1;
}

function sizeOfObject({ typeName, content }: CelObject): number {
  if (typeName === "net.IP") return (content as IpAddress).bytes.length;
  if (typeName === "net.CIDR") return Math.ceil((content as IpRange).bits / 8);
  return 1;
}

/** What comparing two values costs: the smaller of both is walked along. */
export function comparisonCost(left: CelValue, right: CelValue): number {
  if (typeof left === "string" && typeof right === "string") return textComparisonCost(left, right);
  return traversal(Math.min(sizeOfValue(left), sizeOfValue(right)));
}

function textComparisonCost(left: string, right: string): number {
  const shorter = left.length < right.length ? left : right;
  // Up to ten characters cost the same, however they are counted.
  if (shorter.length <= 10) return shorter === "" ? 0 : 1;
  return traversal(Math.min(characterCount(left), characterCount(right)));
}

/** What `==` costs: of what the Kubernetes libraries add, always one. */
export function equalityCost(left: CelValue, right: CelValue): number {
  return left instanceof CelObject ? 1 : comparisonCost(left, right);
}

/** More elements than any limit of costs lets be visited. */
const MOST_VISITS = 2_000_000;

/** What a function costs that visits each element of a list, each of which is walked along. */
export function visitCost(value: CelValue): number {
  return visit(value, { left: MOST_VISITS });
}

/** Values that hold one another many times would be visited without end; what is left of them costs too much. */
function visit(value: CelValue, visits: { left: number }): number {
  if (typeof value === "string") return Math.floor(Buffer.byteLength(value) * TRAVERSAL);
  if (typeof value !== "object" || value === null) return 1;
  if (value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL);
  if (!isList(value) && !(value instanceof CelMap)) return 1;
  let cost = 0;
  for (const item of isList(value) ? value : [...value.entries()].flat()) {
    visits.left -= 1;
    if (visits.left < 0) return Number.MAX_SAFE_INTEGER / 2;
    cost += visit(item, visits);
  }
  return cost;
}

import { type KubeObject, matchesFields, parseFieldSelector } from "@weir/objects";
import { parseLabelSelector } from "@weir/text";

/** Labels to look for: all pairs must be there, or a selector in Kubernetes' syntax. */
export type LabelQuery = string | Readonly<Record<string, string>>;

/** A test of objects by labels; `undefined` where the query takes everything. */
export function labelMatcher(query: LabelQuery | undefined): ((object: KubeObject) => boolean) | undefined {
  if (query === undefined || query === "") return undefined;
  if (typeof query === "string") {
    const selector = parseLabelSelector(query);
    return ({ metadata }) => selector.matches(metadata.labels);
  }
  const pairs = Object.entries(query);
  return ({ metadata: { labels = {} } }) =>
    pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** The query as Kubernetes' selector syntax writes it. */
export function selectorText(query: LabelQuery): string {
  if (typeof query === "string") return query;
  return Object.entries(query)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** A test of objects by any of their fields; `undefined` where the query takes everything. */
export function fieldQueryMatcher(
  query: LabelQuery | undefined,
): ((object: KubeObject) => boolean) | undefined {
  if (query === undefined || query === "") return undefined;
  const terms =
    typeof query === "string"
      ? parseFieldSelector(query)
      : Object.entries(query).map(([field, value]) => ({ field, value, isNegated: false }));
  const paths = new Map(terms.map(({ field }) => [field, field.split(".")]));
  return (object) => matchesFields(terms, (field) => textAt(object, paths.get(field) ?? []));
}

/** The scalar at a path as a field selector compares it. */
function textAt(object: KubeObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return "";
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return typeof value === "object" || value === undefined ? "" : String(value);
}

/** The query as Kubernetes' field selector syntax writes it. */
export function fieldSelectorText(query: LabelQuery): string {
  if (typeof query === "string") return query;
  return Object.entries(query)
    .map(([field, value]) => `${field}=${value.replaceAll(/[\\,=]/g, (sign) => `\\${sign}`)}`)
    .join(",");
}

/** A test of objects by a field selector over name and namespace, the fields every kind has; `undefined` for others. */
export function fieldMatcher(selector: string): ((object: KubeObject) => boolean) | undefined {
  const terms = parseFieldSelector(selector);
  if (!terms.every(({ field }) => field === "metadata.name" || field === "metadata.namespace"))
    return undefined;
  return ({ metadata }) =>
    matchesFields(terms, (field) => (field === "metadata.name" ? metadata.name : metadata.namespace) ?? "");
}

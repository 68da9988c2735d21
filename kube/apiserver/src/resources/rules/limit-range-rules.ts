import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityFromJson,
  quantityMilliValue,
} from "@weir/text";
import { newUid } from "../../verbs/identity.ts";
import { qualifiedNameErrors } from "../../validation/names.ts";
import {
  containerResourceErrors,
  isDivisibleResource,
  resourceNameErrors,
} from "../../validation/resource-names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, metaOf, text } from "../draft-access.ts";

/** The limits of a namespace's containers, Pods and claims fit together. */
export const limitRangeRules: KindRules = {
  prepareForCreate(object, context) {
    const metadata = metaOf(object);
    if (text(metadata, "name") === "") metadata["name"] = newUid(context.random);
  },
  validate: rangeErrors,
  updateChecks: ["whole", "object"],
};

const LISTS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;
type ListName = (typeof LISTS)[number];
type Bounds = Readonly<Record<ListName, ReadonlyMap<string, Quantity>>>;

function rangeErrors(object: JsonObject): readonly FieldError[] {
  const limits = children(child(object, "spec"), "limits");
  const types = limits.map((limit) => text(limit, "type"));
  return limits.flatMap((limit, index) => {
    const at = `spec.limits[${index}]`;
    const type = types[index] ?? "";
    const isTwice = types.indexOf(type) < index;
    return [
      ...typeErrors(type, `${at}.type`),
      ...(isTwice ? [duplicateField(`${at}.type`, type)] : []),
      ...limitErrors(limit, type, at),
    ];
  });
}

const TYPES = ["Pod", "Container", "PersistentVolumeClaim"];

function typeErrors(type: string, field: string): readonly FieldError[] {
  const errors = qualifiedNameErrors(type).map((detail) => invalidField(field, type, detail));
  if (errors.length > 0 || type.includes("/") || TYPES.includes(type)) return errors;
  return [invalidField(field, type, "must be a standard limit type or fully qualified")];
}

function limitErrors(limit: JsonObject, type: string, at: string): readonly FieldError[] {
  const forbidden =
    type === "Pod"
      ? (["default", "defaultRequest"] as const).filter(
          (name) => Object.keys(child(limit, name) ?? {}).length > 0,
        )
      : [];
  const named = LISTS.flatMap((list) =>
    forbidden.includes(list as "default")
      ? [forbiddenField(`${at}.${list}`, "may not be specified when `type` is 'Pod'")]
      : nameErrors(child(limit, list) ?? {}, `${at}.${list}`, type),
  );
  const storage = ["min", "max"].some((list) => child(limit, list)?.["storage"] !== undefined);
  const unbounded =
    type === "PersistentVolumeClaim" && !storage
      ? [
          requiredField(
            `${at}.limits`,
            "either minimum or maximum storage value is required, but neither was provided",
          ),
        ]
      : [];
  const bounds = boundsOf(limit, forbidden);
  const keys = new Set(
    ["max", "min", "default", "defaultRequest"].flatMap((list) => [...bounds[list as ListName].keys()]),
  );
  for (const key of bounds.maxLimitRequestRatio.keys()) keys.add(key);
  return [...named, ...unbounded, ...[...keys].sort().flatMap((key) => keyErrors(bounds, key, at))];
}

function nameErrors(list: JsonObject, path: string, type: string): readonly FieldError[] {
  const check = type === "Pod" || type === "Container" ? containerResourceErrors : resourceNameErrors;
  return Object.keys(list)
    .sort()
    .flatMap((name) => check(name, `${path}[${name}]`));
}

function boundsOf(limit: JsonObject, without: readonly string[]): Bounds {
  const read = (list: ListName): ReadonlyMap<string, Quantity> =>
    new Map(
      Object.entries(without.includes(list) ? {} : (child(limit, list) ?? {})).map(([name, value]) => [
        name,
        quantityFromJson(value),
      ]),
    );
  return {
    max: read("max"),
    min: read("min"),
    default: read("default"),
    defaultRequest: read("defaultRequest"),
    maxLimitRequestRatio: read("maxLimitRequestRatio"),
  };
}

/** Which bound of a resource may not be greater than which other one; the field and the value that are blamed. */
const ORDERS: readonly (readonly [
  small: ListName,
  large: ListName,
  blamed: ListName,
  shown: ListName,
  words: string,
])[] = [
  ["min", "max", "min", "min", "min value %s is greater than max value %s"],
  [
    "min",
    "defaultRequest",
    "defaultRequest",
    "defaultRequest",
    "min value %s is greater than default request value %s",
  ],
  [
    "defaultRequest",
    "max",
    "defaultRequest",
    "defaultRequest",
    "default request value %s is greater than max value %s",
  ],
  [
    "defaultRequest",
    "default",
    "defaultRequest",
    "defaultRequest",
    "default request value %s is greater than default limit value %s",
  ],
  ["min", "default", "default", "min", "min value %s is greater than default value %s"],
  ["default", "max", "default", "max", "default value %s is greater than max value %s"],
];

function keyErrors(bounds: Bounds, key: string, at: string): readonly FieldError[] {
  const orders = ORDERS.flatMap(([small, large, blamed, shown, words]) => {
    const [lower, upper, value] = [bounds[small].get(key), bounds[large].get(key), bounds[shown].get(key)];
    if (lower === undefined || upper === undefined || value === undefined) return [];
    if (compareQuantities(lower, upper) <= 0) return [];
    const detail = words.replace("%s", formatQuantity(lower)).replace("%s", formatQuantity(upper));
    return [invalidField(`${at}.${blamed}[${key}]`, formatQuantity(value), detail)];
  });
  return [...orders, ...ratioErrors(bounds, key, at), ...sameErrors(bounds, key, at)];
}

function ratioErrors(bounds: Bounds, key: string, at: string): readonly FieldError[] {
  const ratio = bounds.maxLimitRequestRatio.get(key);
  if (ratio === undefined) return [];
  const shown = formatQuantity(ratio);
  const path = `${at}.maxLimitRequestRatio[${key}]`;
  const [min, max] = [bounds.min.get(key), bounds.max.get(key)];
  const limit =
    min === undefined || max === undefined
      ? undefined
      : Number(quantityMilliValue(max)) / Number(quantityMilliValue(min));
  const isBeyond = limit !== undefined && Number(quantityMilliValue(ratio)) / 1000 > limit;
  return [
    ...(compareQuantities(ratio, parseQuantity("1")) < 0
      ? [invalidField(path, shown, `ratio ${shown} is less than 1`)]
      : []),
    ...(isBeyond
      ? [invalidField(path, shown, `ratio ${shown} is greater than max/min = ${limit.toFixed(6)}`)]
      : []),
  ];
}

/** What cannot be shared is limited to what is asked for. */
function sameErrors(bounds: Bounds, key: string, at: string): readonly FieldError[] {
  const [limit, request] = [bounds.default.get(key), bounds.defaultRequest.get(key)];
  if (isDivisibleResource(key) || limit === undefined || request === undefined) return [];
  if (compareQuantities(limit, request) === 0) return [];
  const shown = formatQuantity(request);
  const detail = `default value ${formatQuantity(limit)} must equal to defaultRequest value ${shown} in ${key}`;
  return [invalidField(`${at}.defaultRequest[${key}]`, shown, detail)];
}

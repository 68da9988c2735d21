import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import type { CaseRequest } from "./conversation.ts";

export type Fields = { readonly [key: string]: JsonValue };

/** A kind that a conversation is about. */
export interface Subject {
  readonly kind: string;
  /** Collections by the apiVersion that its objects bear. */
  readonly collections: Readonly<Record<string, string>>;
  readonly subresources: readonly string[];
  readonly isCustom: boolean;
  /** Whether its objects lie among those of other cases; their names begin with what is the case's own. */
  readonly isShared: boolean;
  /** Selectors that its lists understand, or do not. */
  readonly fieldSelectors: readonly string[];
  /** Changes its definition within a conversation; absent where there is none. */
  readonly redefine?: (dice: Dice) => CaseRequest;
  /** What an object of a version holds beside its metadata. */
  content(dice: Dice, apiVersion: string, mistakes: Mistakes): Fields;
}

/** What is wrong with what is sent. */
export interface Mistakes {
  /** How likely each step is wrong. */
  readonly wrong: number;
  /** In how many places a value of a built-in kind is one that the server decodes and then refuses. */
  readonly refused: number;
}

export function isFields(value: JsonValue | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NAMES = ["a", "a", "a", "a", "a", "b"];
const WRONG_NAMES = ["A", "a_b", "-a", "a..b", "", "a/b", "x".repeat(254)];
const LABELS: readonly Fields[] = [{ a: "1" }, { a: "2", b: "x" }, { "example.com/c": "" }, { app: "web" }];
const WRONG_LABELS: readonly JsonValue[] = [
  { a: "b c" },
  { "a b": "c" },
  { a: 5 },
  { a: null },
  "a",
  { "/a": "b" },
  { ["k".repeat(64)]: "x" },
];
const OWNER = { apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "11111111-2222-3333-4444-555555555555" };

export function someName(dice: Dice, { isShared }: Subject): string {
  const name = dice.pick(NAMES);
  return isShared ? `$NS-${name}` : name;
}

/** The metadata of an object; `wrong` is how likely each part of it is refused. */
export function someMetadata(dice: Dice, name: string | undefined, wrong: number): Fields {
  const result: Record<string, JsonValue> = {};
  if (name !== undefined) result["name"] = dice.chance(wrong) ? dice.pick(WRONG_NAMES) : name;
  if (dice.chance(0.35)) result["labels"] = dice.chance(wrong) ? dice.pick(WRONG_LABELS) : dice.pick(LABELS);
  if (dice.chance(0.2)) {
    result["annotations"] = dice.chance(wrong) ? dice.pick(WRONG_ANNOTATIONS) : dice.pick(LABELS);
  }
  if (dice.chance(0.06)) result["finalizers"] = dice.chance(wrong) ? ["a", "x y"] : dice.pick(FINALIZERS);
  if (dice.chance(0.06)) result["ownerReferences"] = someOwners(dice, wrong);
  if (dice.chance(0.05)) Object.assign(result, dice.pick(EMPTIES));
  if (dice.chance(wrong)) Object.assign(result, dice.pick(ODDITIES));
  return result;
}

/** Lists and maps without items: who applies them may own them all the same. */
const EMPTIES: readonly Fields[] = [
  { finalizers: [] },
  { labels: {} },
  { annotations: {} },
  { ownerReferences: [] },
];

const WRONG_ANNOTATIONS: readonly JsonValue[] = [
  { a: 1 },
  { "a b": "x" },
  { A: "x" },
  { "example.com/": "x" },
];
const FINALIZERS: readonly JsonValue[] = [["example.com/f"], ["example.com/f", "example.com/g"]];
const WRONG_OWNERS: readonly JsonValue[] = [
  [{ ...OWNER, name: "" }],
  [{ kind: "X" }],
  [
    { ...OWNER, controller: true },
    { ...OWNER, uid: "2", controller: true },
  ],
  [{ ...OWNER, uid: "" }],
  [{ ...OWNER, apiVersion: "" }],
];

function someOwners(dice: Dice, wrong: number): JsonValue {
  if (dice.chance(wrong * 2)) return dice.pick(WRONG_OWNERS);
  return [{ ...OWNER, ...(dice.chance(0.5) ? { controller: true, blockOwnerDeletion: true } : {}) }];
}

const ODDITIES: readonly Fields[] = [
  { unknown: 1 },
  { namespace: "other" },
  { resourceVersion: "1" },
  { resourceVersion: "x" },
  { uid: "01234567-89ab-cdef-0123-456789abcdef" },
  { generation: 7 },
  { creationTimestamp: "2020-01-01T00:00:00Z" },
  { creationTimestamp: null },
  { deletionTimestamp: "2020-01-01T00:00:00Z" },
  { deletionGracePeriodSeconds: 5 },
  { selfLink: "/x" },
  { managedFields: [] },
  { managedFields: null },
  { managedFields: [{}] },
  {
    managedFields: [
      { manager: "x", operation: "Nope", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} },
    ],
  },
  {
    managedFields: [
      {
        manager: "x",
        operation: "Apply",
        apiVersion: "v1",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:metadata": { "f:labels": { "f:a": {} } } },
      },
    ],
  },
  { labels: null },
  { annotations: null },
  { finalizers: null },
  { finalizers: ["a"] },
];

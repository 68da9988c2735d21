import type { JsonObject, JsonValue } from "@weir/core";
import { child, children, strings, text } from "../resources/draft-access.ts";
import type { CustomDefinition } from "./definition.ts";

/** A condition of a CRD. */
export interface CrdCondition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** A status with a condition set; its time moves only with its status. */
export function withCondition(status: JsonObject, condition: CrdCondition): JsonObject {
  const known = children(status, "conditions");
  const before = known.find((other) => other["type"] === condition.type);
  const lastTransitionTime =
    before !== undefined && before["status"] === condition.status
      ? (before["lastTransitionTime"] ?? "")
      : condition.lastTransitionTime;
  const next: JsonObject = { ...condition, lastTransitionTime };
  const conditions =
    before === undefined ? [...known, next] : known.map((other) => (other === before ? next : other));
  return { ...status, conditions };
}

/** The status that a CRD should have: its names accepted if no other CRD of the group has them, then established. */
export function nextConditions(
  crd: JsonObject,
  others: readonly CustomDefinition[],
  now: string,
): JsonObject {
  const spec = child(crd, "spec") ?? {};
  const names = child(spec, "names") ?? {};
  const group = text(spec, "group");
  const before = child(crd, "status") ?? {};
  const conflict = findConflict(
    names,
    others.filter((other) => other.group === group),
  );
  let status: JsonObject = {
    ...before,
    acceptedNames: conflict === undefined ? names : keepAccepted(before),
  };
  status = withCondition(status, namesAccepted(conflict, now));
  const wasEstablished = children(before, "conditions").some(
    (condition) => condition["type"] === "Established" && condition["status"] === "True",
  );
  return wasEstablished ? status : withCondition(status, established(conflict === undefined, now));
}

function namesAccepted(conflict: NameConflict | undefined, now: string): CrdCondition {
  const common = { type: "NamesAccepted", lastTransitionTime: now };
  if (conflict !== undefined) return { ...common, status: "False", ...conflict };
  return { ...common, status: "True", reason: "NoConflicts", message: "no conflicts found" };
}

function established(isAccepted: boolean, now: string): CrdCondition {
  const common = { type: "Established", lastTransitionTime: now };
  if (!isAccepted)
    return { ...common, status: "False", reason: "NotAccepted", message: "not all names are accepted" };
  return {
    ...common,
    status: "True",
    reason: "InitialNamesAccepted",
    message: "the initial names have been accepted",
  };
}

function keepAccepted(status: JsonObject): JsonValue {
  return status["acceptedNames"] ?? { plural: "", kind: "" };
}

interface NameConflict {
  readonly reason: string;
  readonly message: string;
}

function findConflict(names: JsonObject, others: readonly CustomDefinition[]): NameConflict | undefined {
  const resources = new Set(
    others.flatMap(({ names: { plural, singular, shortNames } }) => [plural, singular, ...shortNames]),
  );
  const kinds = new Set(others.flatMap(({ names: { kind, listKind } }) => [kind, listKind]));
  const wanted: readonly (readonly [reason: string, name: string, taken: ReadonlySet<string>])[] = [
    ["PluralConflict", text(names, "plural"), resources],
    ["SingularConflict", text(names, "singular"), resources],
    ...strings(names, "shortNames").map((name) => ["ShortNamesConflict", name, resources] as const),
    ["KindConflict", text(names, "kind"), kinds],
    ["ListKindConflict", text(names, "listKind"), kinds],
  ];
  const found = wanted.find(([, name, taken]) => name !== "" && taken.has(name));
  return found === undefined
    ? undefined
    : { reason: found[0], message: `${JSON.stringify(found[1])} is already in use` };
}

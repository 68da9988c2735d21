import { CelMap, type CelValue, isList, madeMessage } from "@weir/cel";
import type { JsonObject, JsonValue } from "@weir/core";
import {
  applyJsonPatch,
  internalError,
  isStatusReason,
  JsonPatchError,
  mergeConfiguration,
  MergeConfigurationError,
} from "@weir/objects";
import { parseVersion, text } from "../../resources/draft-access.ts";
import type { PartKind } from "../../admission/part-kind.ts";
import type { Registry } from "../../resources/registry.ts";
import { apiVersionOf, goKindOf, type Resource } from "../../resources/resource.ts";
import { Evaluation, OUT_OF_BUDGET, type PolicyInput } from "../evaluate-policy.ts";
import type { CompiledMutations, Mutation } from "./compile-mutations.ts";
import { configurationOf, isUnusable, misnamedTypes, patchValueOf } from "./patch-values.ts";

/** What one mutation came to. */
export type Mutated =
  | { readonly kind: "changed"; readonly object: JsonObject }
  /** A test in its patch did not hold. */
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly problem: string };

/** What a mutation is about. */
export interface MutationTarget {
  readonly policy: CompiledMutations;
  /** The object is in the version that the policy wants to see. */
  readonly input: PolicyInput & { readonly object: JsonObject };
  readonly seenAs: PartKind & { readonly isCustom?: boolean };
  /** That is not the version in which the object is written. */
  readonly isConverted: boolean;
  /** As what the object is written. */
  readonly resource: Resource;
  readonly registry: Registry;
}

/** Evaluates a mutation and makes its change, defaults included. Throws a 500 where what it makes is no object of the kind. */
export function makeMutation(mutation: Mutation, target: MutationTarget): Mutated {
  const { policy, input, seenAs, resource, isConverted } = target;
  const { expression } = mutation;
  if (expression.program === undefined) return failed(expression.problem);
  // Each mutation sees what the one before it made, and so do its variables.
  const evaluation = new Evaluation({ conditions: [], variables: policy.variables }, input);
  const result = evaluation.run(expression);
  if (result.kind === "spent") return failed(OUT_OF_BUDGET);
  if (result.kind === "failed") return failed(result.message);
  const made =
    mutation.kind === "json-patch"
      ? patched(result.value, target)
      : configured(result.value, input.object, seenAs);
  if (made.kind !== "changed") return made;
  const defaulted = seenAs.applyDefaults(made.object);
  if (resource.isCustom || !isConverted) return { kind: "changed", object: defaulted };
  const between = `(${seenAs.version}.${seenAs.kind}) to (${resource.version}.${resource.kind})`;
  return failed(`converting ${between}: unknown conversion`);
}

function failed(problem: string): Mutated {
  return { kind: "failed", problem };
}

function configured(value: CelValue, object: JsonObject, seenAs: PartKind): Mutated {
  const misnamed = misnamedTypes(value);
  if (misnamed.length > 0) return failed(`type mismatch: ${misnamed.join("\n")}`);
  const configuration = configurationOf(value);
  if (isUnusable(configuration)) return failed("invalid return type: *dynamic.ObjectVal");
  const named = { ...configuration, apiVersion: apiVersionOf(seenAs), kind: seenAs.kind };
  try {
    return decoded(mergeConfiguration(seenAs.schema, object, named), seenAs);
  } catch (error) {
    if (error instanceof MergeConfigurationError) return failed(`error applying patch: ${error.message}`);
    throw error;
  }
}

function decoded(object: JsonObject, seenAs: PartKind): Mutated {
  try {
    return { kind: "changed", object: seenAs.decode(object).object };
  } catch (error) {
    if (isStatusReason(error, "BadRequest")) return failed(reasonOf(error));
    throw error;
  }
}

/** What reading a body has against it, without saying what was read. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return message.replace(/^.*? cannot be handled as an? \S+: /, "");
}

function patched(value: CelValue, target: MutationTarget): Mutated {
  const operations = operationsOf(value);
  if (typeof operations === "string") return failed(operations);
  try {
    const object = applyJsonPatch(target.input.object, operations);
    return { kind: "changed", object: readStrictly(object, target) };
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    return error.failure === "test-failed" ? { kind: "left" } : failed(`JSON Patch: ${error.message}`);
  }
}

/** The operations that an expression made, or why they are none. */
function operationsOf(value: CelValue): readonly JsonObject[] | string {
  const operations: JsonObject[] = [];
  for (const item of isList(value) ? value : []) {
    const fields = madeMessage(item)?.fields ?? new Map<string, CelValue>();
    const operation: Record<string, JsonValue> = { op: textOf(fields, "op"), path: textOf(fields, "path") };
    if (textOf(fields, "from") !== "") operation["from"] = textOf(fields, "from");
    const given = fields.get("value");
    if (given !== undefined) {
      const made = patchValue(given);
      if (typeof made === "string") return made;
      operation["value"] = made.value;
    }
    operations.push(operation);
  }
  return operations;
}

function textOf(fields: ReadonlyMap<string, CelValue>, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}

function patchValue(value: CelValue): { readonly value: JsonValue } | string {
  const name = typeNameOf(value);
  const misnamed = name === undefined ? [] : misnamedTypes(value, name);
  if (misnamed.length > 0) return `type mismatch: ${misnamed.join("\n")}`;
  const converted = patchValueOf(value);
  if (!isUnusable(converted)) return { value: converted };
  return `JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${converted.problem}`;
}

/** An object that is put somewhere by a patch may be of any type; what is in it is named by its own. */
function typeNameOf(value: CelValue): string | undefined {
  if (madeMessage(value) === undefined || value instanceof CelMap) return undefined;
  return (value as { readonly typeName: string }).typeName;
}

/** The result of a JSON patch read as the kind; a field that it does not have is an error of the server's. */
function readStrictly(value: JsonValue, { seenAs, registry }: MutationTarget): JsonObject {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw internalError(
      "couldn't get version/kind; json parse error: json: cannot unmarshal the patched object",
    );
  const object = value as JsonObject;
  checkKind(object, seenAs, registry);
  try {
    const { object: read, unknownFields } = seenAs.decode(object);
    if (unknownFields.length === 0 || seenAs.isCustom === true) return read;
    const fields = unknownFields.map((path) => `unknown field "${path}"`);
    throw internalError(`strict decoding error: ${fields.join(", ")}`);
  } catch (error) {
    if (isStatusReason(error, "BadRequest")) throw internalError(reasonOf(error));
    throw error;
  }
}

/** A patch must leave the kind as it is. */
function checkKind(object: JsonObject, seenAs: MutationTarget["seenAs"], registry: Registry): void {
  if (seenAs.isCustom === true) return;
  const { group, version } = parseVersion(text(object, "apiVersion"));
  const kind = text(object, "kind");
  if (kind === seenAs.kind && group === seenAs.group && version === seenAs.version) return;
  if (registry.findKind(group, version, kind) === undefined) {
    const where = group === "" ? version : `${group}/${version}`;
    throw internalError(
      `no kind "${kind}" is registered for version "${where}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const target = goKindOf(seenAs);
  throw internalError(
    `failed to convert object: converting (${version}.${kind}) to (${target}): unknown conversion`,
  );
}

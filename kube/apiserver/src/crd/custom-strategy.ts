import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import { jsonEqual, type KubeObject } from "@weir/objects";
import {
  type FieldError,
  type SchemaNode,
  validateSchema,
  validateUniqueKeys,
  validateValue,
  requiredField,
} from "@weir/schema";
import { quoteGo } from "@weir/text";
import { countGeneration } from "../resources/builtin-strategy.ts";
import { asJson, child, metaOf, strings, text } from "../resources/draft-access.ts";
import type { Draft, Strategy, WriteContext } from "../resources/resource.ts";
import { pathSegmentName, qualifiedNameErrors } from "../validation/names.ts";
import { validateObjectMeta } from "../validation/object-meta.ts";
import type { DefinitionVersion } from "./definition.ts";
import { compileRules, type RuleTree } from "./rules/compile-rules.ts";
import { blockedRules, validateRules } from "./rules/validate-rules.ts";
import { scaleSpecErrors, scaleStatusErrors } from "./scale-rules.ts";

/** The rules of writes to the objects of a definition's version. */
export function customStrategy(version: DefinitionVersion): Strategy {
  const rules = new CustomRules(version);
  return {
    allowsCreateOnUpdate: false,
    allowsUnconditionalUpdate: false,
    resetFields: version.hasStatus ? [["status"]] : [],
    hasGeneration: true,
    prepareForCreate(object) {
      if (version.hasStatus) delete object["status"];
      metaOf(object)["generation"] = 1;
    },
    prepareForUpdate(object, old) {
      const before = asJson(old);
      if (!version.hasStatus) return countAll(object, before);
      if (before["status"] === undefined) delete object["status"];
      else object["status"] = before["status"];
      countGeneration(object, before);
    },
    validate: (object, context) => rules.whole(object, context),
    validateUpdate: (object, old, context) => rules.whole(object, context, old),
    validateStatus: (object, old, context) => rules.status(object, old, context),
  };
}

/** Without a status subresource the status counts as content. */
function countAll(object: Draft, old: JsonObject): void {
  const content = ({
    kind: _kind,
    apiVersion: _apiVersion,
    metadata: _metadata,
    ...rest
  }: JsonObject): JsonObject => rest;
  const generation = child(old, "metadata")?.["generation"];
  const before = typeof generation === "number" ? generation : 0;
  metaOf(object)["generation"] = jsonEqual(content(object), content(old)) ? before : before + 1;
}

const embeddedNames = { isNamespaced: true, isCustom: true, isEmbedded: true };

function checkMetadata(metadata: JsonValue): readonly FieldError[] {
  return validateObjectMeta({ metadata }, embeddedNames, pathSegmentName);
}

const STANDARD_FINALIZERS = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

/** Finalizers that come should say by their domain whose they are. */
function warnOfFinalizers(object: JsonObject, old: KubeObject | undefined, { warn }: WriteContext): void {
  const finalizers = strings(child(object, "metadata"), "finalizers");
  if (finalizers.length === 0 || finalizers.some((name) => qualifiedNameErrors(name).length > 0)) return;
  const known = new Set(old?.metadata.finalizers ?? []);
  for (const name of [...new Set(finalizers)].sort(compareUtf8)) {
    if (known.has(name) || name.includes("/") || STANDARD_FINALIZERS.has(name)) continue;
    const advice = `prefer a domain-qualified finalizer name ${name.includes(".") ? "including a path (/) " : ""}to avoid accidental conflicts with other finalizer writers`;
    warn(`metadata.finalizers: ${quoteGo(name)}: ${advice}`);
  }
}

class CustomRules {
  readonly #version: DefinitionVersion;
  /** Compiled with the first write: many definitions are served that are never written. */
  #tree: RuleTree | undefined | "unknown" = "unknown";

  constructor(version: DefinitionVersion) {
    this.#version = version;
  }

  whole(object: KubeObject, context: WriteContext, old?: KubeObject): readonly FieldError[] {
    const { schema, scale } = this.#version;
    const value = asJson(object);
    const before = old === undefined ? {} : { old: asJson(old) };
    const errors = this.#withRules(value, context, old, [
      ...validateSchema(schema, value, { ...before, checkMetadata }),
      ...scaleSpecErrors(value, scale),
      ...scaleStatusErrors(value, scale),
    ]);
    if (errors.length === 0) warnOfFinalizers(value, old, context);
    return errors;
  }

  /** A write to the status is held against the status alone, but for rules in CEL and the keys of lists. */
  status(object: KubeObject, old: KubeObject, context: WriteContext): readonly FieldError[] {
    const { schema, scale } = this.#version;
    const value = asJson(object);
    const before = asJson(old);
    return this.#withRules(value, context, old, [
      ...statusErrors(schema, value["status"], before["status"]),
      ...scaleStatusErrors(value, scale),
      ...validateUniqueKeys(schema, value, { old: before }),
    ]);
  }

  #withRules(
    value: JsonObject,
    { warn }: WriteContext,
    old: KubeObject | undefined,
    errors: readonly FieldError[],
  ): readonly FieldError[] {
    if (this.#tree === "unknown") this.#tree = compileRules(this.#version.schema);
    if (this.#tree === undefined) return errors;
    const before = old === undefined ? undefined : asJson(old);
    // A name that is missing is told of with the metadata, and keeps rules from being run as well.
    const isNameless = text(child(value, "metadata"), "name") === "";
    if (isNameless) return [...errors, ...(blockedRules([requiredField("metadata.name")]) ?? [])];
    return [...errors, ...(blockedRules(errors) ?? validateRules(this.#tree, value, { old: before, warn }))];
  }
}

function statusErrors(
  schema: SchemaNode,
  status: JsonValue | undefined,
  old: JsonValue | undefined,
): readonly FieldError[] {
  const node = schema.properties?.["status"];
  if (status === undefined || node === undefined) return [];
  // A status that is null is as one that is missing, and what has not changed is let be.
  if (status === null && (old ?? null) === null) return [];
  return validateValue(node, status, "status", old);
}

import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { invalidGoStruct, isSameGoStruct } from "../../validation/go-struct.ts";
import { selectorErrors, selects } from "../../validation/label-selector.ts";
import { dns1123Label } from "../../validation/names.ts";
import { jobWarnings } from "../../validation/pod-warnings.ts";
import { dropTemplateFields } from "../../validation/pod/dropped-fields.ts";
import { type PodOptions, TEMPLATE, templateOptions } from "../../validation/pod/pod-options.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, integer, metaOf, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { jobErrors } from "./job-errors.ts";
import { jobStatusErrors } from "./job-status-errors.ts";
import { IMMUTABLE, unselectedErrors } from "./pod-set-errors.ts";

const UID = "batch.kubernetes.io/controller-uid";
const NAME = "batch.kubernetes.io/job-name";
const OLD_UID = "controller-uid";
const OLD_NAME = "job-name";

/** A Job's Pods are its own by a label that nobody else has. */
export const jobRules: KindRules = {
  warnings: jobWarnings,
  prepareForCreate(object) {
    const spec = ensureChild(object, "spec");
    spec["manualSelector"] ??= false;
    if (spec["manualSelector"] !== true) generateSelector(object, spec);
    dropTemplateFields(child(spec, "template"));
  },
  prepareForUpdate: (object) => dropTemplateFields(child(child(object, "spec"), "template")),
  // Upstream looks at the whole of a Job, and then again at what changed of it.
  updateChecks: ["whole", "object", "changes", "update"],
  validate: (object) => wholeErrors(object),
  validateUpdate(object, old) {
    const spec = child(object, "spec") ?? {};
    const before = child(old, "spec") ?? {};
    const options = templateOptions(child(before, "template"));
    return [
      ...specErrors(spec, options),
      ...completionErrors(spec, before),
      ...changedErrors(spec, before, ["selector"]),
      ...templateErrors(spec, old),
      ...changedErrors(spec, before, [
        "completionMode",
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "managedBy",
        "successPolicy",
      ]),
    ];
  },
  validateStatus: jobStatusErrors,
};

function generateSelector(object: Draft, spec: Draft): void {
  const metadata = metaOf(object);
  const [uid, name] = [text(metadata, "uid"), text(metadata, "name")];
  const templateMeta = ensureChild(ensureChild(spec, "template"), "metadata");
  const template = child(templateMeta, "labels");
  // Labels that a Job has by default are those of its template, here and after.
  const isShared = template === undefined || child(metadata, "labels") === template;
  const labels = { [OLD_NAME]: name, [NAME]: name, [OLD_UID]: uid, [UID]: uid, ...template };
  templateMeta["labels"] = labels;
  if (isShared && (template !== undefined || child(metadata, "labels") === undefined))
    metadata["labels"] = { ...labels };
  const matched = ensureChild(ensureChild(spec, "selector"), "matchLabels");
  if (!Object.hasOwn(matched, UID)) matched[UID] = uid;
}

/** What is wrong with a Job, whatever it was before. */
function wholeErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const name = text(child(object, "metadata"), "name");
  const completions = integer(spec, "completions") ?? 0;
  const errors = [...generatedErrors(object, spec), ...specErrors(spec, TEMPLATE)];
  if (text(spec, "completionMode") !== "Indexed" || completions <= 0) return errors;
  const longest = `${name}-${BigInt(completions) - 1n}`;
  if (dns1123Label(longest, false).length === 0) return errors;
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [...errors, invalidField("metadata.name", name, detail)];
}

function specErrors(spec: JsonObject, options: PodOptions): readonly FieldError[] {
  const selector = child(spec, "selector");
  const own = selector === undefined ? [] : selectorErrors(selector, "spec.selector");
  return [
    ...jobErrors(spec, "spec", options),
    ...(selector === undefined ? [requiredField("spec.selector")] : own),
    ...(own.length > 0 ? [] : unselectedErrors(selector, child(spec, "template") ?? {}, "spec.template")),
  ];
}

/** A selector that is not the client's own is the one that was made. */
function generatedErrors(object: JsonObject, spec: JsonObject): readonly FieldError[] {
  const selector = child(spec, "selector");
  if (spec["manualSelector"] === true || selector === undefined) return [];
  const metadata = child(object, "metadata");
  const [uid, name] = [text(metadata, "uid"), text(metadata, "name")];
  const labels = child(child(child(spec, "template"), "metadata"), "labels") ?? {};
  const expected: Record<string, string> = {
    [OLD_UID]: uid,
    [OLD_NAME]: name,
    [UID]: uid,
    [NAME]: name,
  };
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(expected)) {
    const field = `spec.template.metadata.labels[${key}]`;
    if (!Object.hasOwn(labels, key)) errors.push(requiredField(field, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalidField(field, labels, `must be '${value}'`));
  }
  if (selectorErrors(selector, "").length > 0 || selects(selector, expected)) return errors;
  const shown = { type: "LabelSelector", value: selector };
  return [...errors, invalidGoStruct("spec.selector", shown, "`selector` not auto-generated")];
}

/** Only an indexed Job grows or shrinks, and then as a whole. */
function completionErrors(spec: JsonObject, before: JsonObject): readonly FieldError[] {
  const [now, old] = [integer(spec, "completions"), integer(before, "completions")];
  const at = "spec.completions";
  if (now === old) return [];
  if (text(spec, "completionMode") !== "Indexed") return [invalidField(at, now ?? null, IMMUTABLE)];
  if (now === undefined || now === integer(spec, "parallelism")) return [];
  return [invalidField(at, now, "can only be modified in tandem with spec.parallelism")];
}

const TYPES: Readonly<Record<string, string>> = {
  selector: "?LabelSelector",
  completionMode: "?s",
  podFailurePolicy: "?PodFailurePolicy",
  backoffLimitPerIndex: "?i",
  managedBy: "?s",
  successPolicy: "?SuccessPolicy",
};

function changedErrors(
  spec: JsonObject,
  before: JsonObject,
  fields: readonly string[],
): readonly FieldError[] {
  return fields.flatMap((field) => {
    const type = TYPES[field] ?? "?s";
    if (isSameGoStruct(type, spec[field], before[field])) return [];
    return [invalidGoStruct(`spec.${field}`, { type, value: spec[field] }, IMMUTABLE)];
  });
}

/** A Job that is suspended and has no Pods may be told where they are to run, and what they may use. */
function templateErrors(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const before = child(old, "spec") ?? {};
  const [now, then] = [child(spec, "template"), child(before, "template")];
  if (isSameGoStruct("PodTemplateSpec", now, then)) return [];
  const isMutable = before["suspend"] === true && hasNoPods(child(old, "status") ?? {});
  if (!isMutable) return immutable("spec.template", "PodTemplateSpec", { now, then });
  const [own, others] = [child(now, "spec") ?? {}, child(then, "spec") ?? {}];
  return immutable("spec.template.spec", "PodSpec", {
    now: own,
    then: withResourcesOf(withDirectivesOf(others, own), own),
  });
}

function immutable(
  field: string,
  type: string,
  { now, then }: { readonly now: JsonValue | undefined; readonly then: JsonValue | undefined },
): readonly FieldError[] {
  return isSameGoStruct(type, now, then) ? [] : [invalidGoStruct(field, { type, value: now }, IMMUTABLE)];
}

function hasNoPods(status: JsonObject): boolean {
  const isSuspended = children(status, "conditions").some(
    (condition) => text(condition, "type") === "Suspended" && text(condition, "status") === "True",
  );
  const hasNotStarted = text(status, "startTime") === "";
  return (hasNotStarted || isSuspended) && (integer(status, "active") ?? 0) === 0;
}

const DIRECTIVES = ["nodeSelector", "tolerations", "schedulingGates"];

/** The old spec with where the new one is to run. */
function withDirectivesOf(old: JsonObject, spec: JsonObject): JsonObject {
  const result: Draft = { ...old };
  for (const name of DIRECTIVES) {
    if (spec[name] === undefined) delete result[name];
    else result[name] = spec[name];
  }
  const [affinity, before] = [child(spec, "affinity"), child(old, "affinity")];
  if (affinity === undefined && before === undefined) return result;
  const next: Draft = { ...before };
  const nodes = affinity?.["nodeAffinity"];
  if (nodes === undefined) delete next["nodeAffinity"];
  else next["nodeAffinity"] = nodes;
  if (affinity === undefined && Object.keys(next).length === 0) delete result["affinity"];
  else result["affinity"] = next;
  return result;
}

/** The old spec with what the containers of the new one may use. */
function withResourcesOf(old: JsonObject, spec: JsonObject): JsonObject {
  const result: Draft = { ...old };
  for (const list of ["containers", "initContainers"]) {
    const [now, before] = [children(spec, list), children(old, list)];
    if (now.length !== before.length || now.length === 0) continue;
    result[list] = before.map((container, index) => {
      const other = now[index] ?? {};
      if (container["name"] !== other["name"]) return container;
      return { ...container, resources: other["resources"] ?? {} };
    });
  }
  return result;
}

import { writeJson } from "@weir/core";
import type { CelRule, SchemaNode } from "@weir/schema";
import type { CustomResourceDefinition, CustomResourceVersion } from "./custom-resource-definition.ts";

/**
 * The reference of a resource as Markdown: what it is called, its versions, and every field with its type, default,
 * bounds and rules, in the order of the declaration.
 */
export function referenceDocument(crd: CustomResourceDefinition): string {
  const { group, names, scope, versions } = crd.spec;
  const lines = [`# ${names.kind}`, ""];
  const words = [
    `Group \`${group}\``,
    scope === "Namespaced" ? "namespaced" : "cluster-scoped",
    `plural \`${names.plural}\``,
    ...(names.shortNames === undefined ? [] : [`short ${names.shortNames.map(code).join(", ")}`]),
    ...(names.categories === undefined ? [] : [`categories ${names.categories.map(code).join(", ")}`]),
  ];
  lines.push(`${words.join(", ")}.`, "");
  for (const version of versions) lines.push(...versionLines(version));
  return `${lines.join("\n").trimEnd()}\n`;
}

function versionLines(version: CustomResourceVersion): readonly string[] {
  const schema = version.schema.openAPIV3Schema;
  const facts = [
    ...(version.storage ? ["stored"] : []),
    ...(version.served ? [] : ["not served"]),
    ...(version.deprecated === true ? ["deprecated"] : []),
  ];
  const lines = [`## ${version.name}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`, ""];
  if (version.deprecationWarning !== undefined) lines.push(`> ${version.deprecationWarning}`, "");
  if (schema.description !== undefined) lines.push(schema.description, "");
  lines.push(...ruleLines(schema["x-kubernetes-validations"]));
  for (const part of ["spec", "status"]) {
    const node = schema.properties?.[part];
    if (node === undefined) continue;
    lines.push(`### ${part}`, "");
    if (node.description !== undefined) lines.push(node.description, "");
    lines.push(...ruleLines(node["x-kubernetes-validations"]), ...fieldTable(node));
  }
  lines.push(...subresourceLines(version));
  return lines;
}

function subresourceLines({
  subresources,
  additionalPrinterColumns,
  selectableFields,
}: CustomResourceVersion): readonly string[] {
  const scale = subresources?.scale;
  const lines: string[] = [];
  if (scale !== undefined)
    lines.push(
      `\`kubectl scale\` reads and writes \`${scale.specReplicasPath}\` and reads \`${scale.statusReplicasPath}\`.`,
      "",
    );
  if (selectableFields !== undefined)
    lines.push(
      `Field selectors: ${selectableFields.map(({ jsonPath }) => code(jsonPath.replace(/^\./, ""))).join(", ")}.`,
      "",
    );
  if (additionalPrinterColumns !== undefined) {
    lines.push("| column | shows |", "|---|---|");
    for (const { name, jsonPath, priority = 0 } of additionalPrinterColumns)
      lines.push(`| ${name} | ${code(jsonPath)}${priority > 0 ? " (with `-o wide`)" : ""} |`);
    lines.push("");
  }
  return lines;
}

function fieldTable(node: SchemaNode): readonly string[] {
  const rows = fieldRows(node, "");
  if (rows.length === 0) return [];
  return ["| field | type | |", "|---|---|---|", ...rows, ""];
}

function fieldRows(node: SchemaNode, prefix: string): readonly string[] {
  const required = new Set(node.required ?? []);
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const row = `| ${code(path)} | ${cell(typeText(field))} | ${cell(notes(field, required.has(name)))} |`;
    return [row, ...innerRows(field, path)];
  });
}

function innerRows(field: SchemaNode, path: string): readonly string[] {
  if (field.items !== undefined) return innerRowsOf(field.items, `${path}[]`);
  const { additionalProperties } = field;
  if (typeof additionalProperties === "object") return innerRowsOf(additionalProperties, `${path}.*`);
  return fieldRows(field, path);
}

function innerRowsOf(node: SchemaNode, path: string): readonly string[] {
  return node.properties === undefined && node.items === undefined
    ? []
    : [...fieldRows(node, path), ...(node.items === undefined ? [] : innerRowsOf(node.items, `${path}[]`))];
}

/** The type as a person says it: `[]string`, `map of integer`, `integer or string`. */
function typeText(node: SchemaNode): string {
  if (node["x-kubernetes-int-or-string"] === true) return "integer or string";
  if (node["x-kubernetes-embedded-resource"] === true) return "Kubernetes object";
  if (node.items !== undefined) return `[]${typeText(node.items)}`;
  if (typeof node.additionalProperties === "object") return `map of ${typeText(node.additionalProperties)}`;
  if (node.type === undefined) return "any";
  return node.format === undefined ? node.type : `${node.type} (${node.format})`;
}

function notes(node: SchemaNode, isRequired: boolean): string {
  const inner =
    node.items ?? (typeof node.additionalProperties === "object" ? node.additionalProperties : undefined);
  const parts = [
    ...(isRequired ? ["Required."] : []),
    ...(node.description === undefined ? [] : [sentence(node.description)]),
    ...(node.default === undefined ? [] : [`Default ${code(writeJson(node.default))}.`]),
    ...bounds(node),
    ...(inner === undefined ? [] : bounds(inner).map((text) => `Each: ${text}`)),
    ...(node.nullable === true ? ["May be null."] : []),
    ...ruleTexts(node["x-kubernetes-validations"]),
  ];
  return parts.join(" ");
}

function valueRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): readonly string[] {
  const parts = [
    ...(minimum === undefined ? [] : [`${exclusiveMinimum === true ? "above" : "at least"} ${minimum}`]),
    ...(maximum === undefined ? [] : [`${exclusiveMaximum === true ? "below" : "at most"} ${maximum}`]),
  ];
  return parts.length === 0 ? [] : [`Value ${parts.join(" and ")}.`];
}

function bounds(node: SchemaNode): readonly string[] {
  const range = (title: string, low: number | undefined, high: number | undefined): readonly string[] => {
    if (low === undefined && high === undefined) return [];
    if (low !== undefined && high !== undefined) return [`${title} ${low} to ${high}.`];
    return [low === undefined ? `${title} at most ${high}.` : `${title} at least ${low}.`];
  };
  return [
    ...(node.enum === undefined
      ? []
      : [`One of ${node.enum.map((value) => code(writeJson(value))).join(", ")}.`]),
    ...valueRange(node),
    ...range("Length", node.minLength, node.maxLength),
    ...range("Items", node.minItems, node.maxItems),
    ...range("Keys", node.minProperties, node.maxProperties),
    ...(node.pattern === undefined ? [] : [`Matches ${code(node.pattern)}.`]),
    ...(node["x-kubernetes-list-map-keys"] === undefined
      ? []
      : [`One item per ${node["x-kubernetes-list-map-keys"].map(code).join(", ")}.`]),
  ];
}

function ruleTexts(rules: readonly CelRule[] | undefined): readonly string[] {
  return (rules ?? []).map(({ rule, message }) =>
    message === undefined ? `Rule ${code(rule)}.` : sentence(message),
  );
}

function ruleLines(rules: readonly CelRule[] | undefined): readonly string[] {
  const texts = ruleTexts(rules);
  return texts.length === 0 ? [] : [...texts.map((text) => `- ${text}`), ""];
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A table's cell is one line, and a bar would end it. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}

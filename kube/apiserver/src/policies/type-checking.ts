import { AUTHORIZER, CelCompileError, type CelType, compile, DYN, type Environment } from "@weir/cel";
import type { JsonObject } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { typeOfKind, typeOfSchema } from "../crd/rules/schema-value.ts";
import { child, children, parseVersion, strings, text } from "../resources/draft-access.ts";
import type { Registry } from "../resources/registry.ts";
import type { Resource } from "../resources/resource.ts";
import { variableType } from "./compile-policy.ts";
import { typedEnvironment } from "./policy-environment.ts";

/** What the types of the objects that a policy is about have against one of its expressions. */
export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

/** Of the kinds that a rule names no more are looked at. */
const MOST_KINDS = 10;

/**
 * Checks the expressions of a ValidatingAdmissionPolicy's spec against the types of the kinds that it names; at runtime objects
 * have no types. Kinds that a rule does not name outright, and those that are not served, are left out.
 */
export function policyWarnings(spec: JsonObject, registry: Registry): readonly ExpressionWarning[] {
  const kinds = kindsOf(spec, registry);
  if (kinds.length === 0) return [];
  const params = paramTypes(spec, registry);
  const environments = kinds.map(
    (resource): CheckedKind => ({
      name: `${resource.group}/${resource.version}, Kind=${resource.kind}`,
      environment: environmentOf(spec, objectTypeOf(resource, registry), params),
    }),
  );
  return children(spec, "validations").flatMap((validation, index) => {
    const at = `spec.validations[${index}]`;
    const message = text(validation, "messageExpression");
    return [
      ...warningsOf(`${at}.expression`, text(validation, "expression"), environments),
      ...(message === "" ? [] : warningsOf(`${at}.messageExpression`, message, environments)),
    ];
  });
}

interface CheckedKind {
  readonly name: string;
  readonly environment: Environment;
}

function warningsOf(
  fieldRef: string,
  expression: string,
  kinds: readonly CheckedKind[],
): readonly ExpressionWarning[] {
  const problems = kinds.flatMap(({ name, environment }) => {
    const problem = problemOf(expression, environment);
    return problem === undefined ? [] : [`${name}: ${problem}\n`];
  });
  return problems.length === 0 ? [] : [{ fieldRef, warning: problems.join("\n") }];
}

function problemOf(expression: string, environment: Environment): string | undefined {
  try {
    compile(expression, environment);
    return undefined;
  } catch (error) {
    if (error instanceof CelCompileError) return error.message;
    throw error;
  }
}

/** Each variable sees those before it; one that does not fit is of any type. */
function environmentOf(
  spec: JsonObject,
  object: CelType,
  params: readonly (readonly [string, CelType])[],
): Environment {
  const names: readonly (readonly [string, CelType])[] = [
    ["object", object],
    ["oldObject", object],
    ...params,
    ["authorizer", AUTHORIZER],
  ];
  const variables = new Map<string, CelType>();
  for (const variable of children(spec, "variables")) {
    const type = typeOfExpression(text(variable, "expression"), typedEnvironment(names, variables));
    variables.set(text(variable, "name"), type);
  }
  return typedEnvironment(names, variables);
}

function typeOfExpression(expression: string, environment: Environment): CelType {
  try {
    return variableType(compile(expression, environment).type ?? DYN);
  } catch (error) {
    if (error instanceof CelCompileError) return DYN;
    throw error;
  }
}

function paramTypes(spec: JsonObject, registry: Registry): readonly (readonly [string, CelType])[] {
  const kind = child(spec, "paramKind");
  if (kind === undefined) return [];
  const { group, version } = parseVersion(text(kind, "apiVersion"));
  const resource = registry.findKind(group, version, text(kind, "kind"));
  return [["params", resource === undefined ? DYN : objectTypeOf(resource, registry)]];
}

/** Upstream ends the name of the type with the nanosecond in which it was made. */
function objectTypeOf(resource: Resource, registry: Registry): CelType {
  const { schema, kind } = resource;
  if (schema === undefined) return DYN;
  const name = `${kind}0`;
  const type = resource.isCustom
    ? typeOfSchema(withMetadata(schema, registry), name)
    : typeOfKind(schema, name);
  return type ?? DYN;
}

/** The schema of a custom resource as it is published: its metadata is that of every object. */
function withMetadata(schema: SchemaNode, registry: Registry): SchemaNode {
  const { apiVersion, kind, metadata } = registry.find("", "v1", "configmaps")?.schema?.properties ?? {};
  const common = Object.fromEntries(
    Object.entries({ apiVersion, kind, metadata }).flatMap(([name, node]) =>
      node === undefined ? [] : [[name, node]],
    ),
  );
  return { ...schema, type: "object", properties: { ...schema.properties, ...common } };
}

/** The kinds that rules name outright, by group, version and kind. */
function kindsOf(spec: JsonObject, registry: Registry): readonly Resource[] {
  const kinds = new Map<string, Resource>();
  for (const rule of children(child(spec, "matchConstraints"), "resourceRules")) {
    const named = resourcesOf(rule, registry);
    for (const resource of named.slice(0, MOST_KINDS))
      kinds.set(`${resource.group}\0${resource.version}\0${resource.kind}`, resource);
    if (named.length >= MOST_KINDS) break;
  }
  return [...kinds].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, resource]) => resource);
}

function resourcesOf(rule: JsonObject, registry: Registry): readonly Resource[] {
  const groups = strings(rule, "apiGroups").toSorted();
  const versions = strings(rule, "apiVersions").toSorted();
  const plurals = strings(rule, "resources")
    .filter((name) => !/[*/]/.test(name))
    .toSorted();
  if ([...groups, ...versions].some((name) => name.includes("*"))) return [];
  return groups.flatMap((group) =>
    versions.flatMap((version) => plurals.flatMap((plural) => servedAs(group, version, plural, registry))),
  );
}

/** Without a name a group is any: Events are of two. */
// oxlint-disable-next-line max-params -- a name of three parts, and where to look
function servedAs(group: string, version: string, plural: string, registry: Registry): readonly Resource[] {
  const groups = group === "" ? registry.groups.map(({ name }) => name) : [group];
  return groups.flatMap((name) => registry.find(name, version, plural) ?? []);
}

import type { Failure } from "./failure.ts";
import { countText, quoted, quotedList } from "./failure-text.ts";
import type { SchemaNode } from "./schema-node.ts";
import { addFailure, type Checker, failureOf, type Visit } from "./visit.ts";
import { entry, type SchemaTable, sortedKeys } from "./schema-value.ts";

/** Checks what only tables are held to. */
export function checkObject(run: Checker, visit: Visit, table: SchemaTable): void {
  const { version } = visit.node;
  const keys = sortedKeys(table);
  checkSize(visit, keys.length);
  checkRequired(visit, table);
  if (visit.isSilent && visit.failures.length > 0) return;
  checkDependencies(run, visit, table);
  checkProperties(run, visit, { table, keys });
  if (version >= 6) checkNames(run, visit, keys);
  if (version >= 2019) checkDependents(run, visit, table);
}

function checkSize(visit: Visit, size: number): void {
  const { minProperties, maxProperties } = visit.node.keywords.object;
  if (minProperties !== undefined && size < minProperties) {
    fail(visit, `minProperties: got ${countText(size)}, want ${countText(minProperties)}`);
  }
  if (maxProperties !== undefined && size > maxProperties) {
    fail(visit, `maxProperties: got ${countText(size)}, want ${countText(maxProperties)}`);
  }
}

function checkRequired(visit: Visit, table: SchemaTable): void {
  const missing = missingOf(table, visit.node.keywords.object.required);
  const [first] = missing;
  if (first === undefined) return;
  fail(
    visit,
    missing.length === 1 ? `missing property ${quoted(first)}` : `missing properties ${quotedList(missing)}`,
  );
}

function missingOf(table: SchemaTable, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => !Object.hasOwn(table, key));
}

function checkDependencies(run: Checker, visit: Visit, table: SchemaTable): void {
  for (const [key, needed] of visit.node.keywords.object.dependencies) {
    if (!Object.hasOwn(table, key)) continue;
    if ("location" in needed) addFailure(visit, run.self(visit, needed));
    else checkNeeded(visit, table, key, needed);
  }
}

function checkNeeded(visit: Visit, table: SchemaTable, key: string, needed: readonly string[]): void {
  const missing = missingOf(table, needed);
  if (missing.length > 0) fail(visit, `properties ${quotedList(missing)} required, if ${quoted(key)} exists`);
}

interface Members {
  readonly table: SchemaTable;
  readonly keys: readonly string[];
}

function checkProperties(run: Checker, visit: Visit, { table, keys }: Members): void {
  const { additionalProperties } = visit.node.keywords.object;
  const additional: string[] = [];
  for (const key of keys) {
    if (visit.isSilent && visit.failures.length > 0) return;
    const value = entry(table, key) ?? null;
    const schemas = schemasFor(run, visit, key);
    if (schemas.length === 0) {
      if (additionalProperties === undefined) continue;
      if (additionalProperties === false) additional.push(key);
    }
    for (const schema of schemas) addFailure(visit, run.below(visit, schema, value, key));
    visit.unevaluated.keys.delete(key);
  }
  if (additional.length > 0) fail(visit, `additional properties ${quotedList(additional)} not allowed`);
}

/** The schemas of one key; `additionalProperties` where there is no other. */
function schemasFor(run: Checker, visit: Visit, key: string): readonly SchemaNode[] {
  const { properties, patternProperties, additionalProperties } = visit.node.keywords.object;
  const named = properties.get(key);
  const matched = patternProperties.filter(([pattern]) => {
    run.charge(key.length);
    return pattern.matches(key);
  });
  const schemas = [...(named === undefined ? [] : [named]), ...matched.map(([, schema]) => schema)];
  if (schemas.length > 0 || typeof additionalProperties !== "object") return schemas;
  return [additionalProperties];
}

/** Each key is checked by itself, as a value that stands nowhere. */
function checkNames(run: Checker, visit: Visit, keys: readonly string[]): void {
  const { propertyNames } = visit.node.keywords.object;
  if (propertyNames === undefined) return;
  for (const key of keys) {
    const causes: readonly Failure[] = run.validate(propertyNames, key);
    if (causes.length > 0) addFailure(visit, nameFailure(visit, key, causes));
  }
}

/** helm's library says of a name nowhere where it stands. */
function nameFailure(visit: Visit, key: string, causes: readonly Failure[]): Failure {
  return { ...failureOf(visit, `invalid propertyName ${quoted(key)}`, causes), at: undefined };
}

function checkDependents(run: Checker, visit: Visit, table: SchemaTable): void {
  const { dependentSchemas, dependentRequired } = visit.node.keywords.object;
  for (const [key, schema] of dependentSchemas) {
    if (Object.hasOwn(table, key)) addFailure(visit, run.self(visit, schema));
  }
  for (const [key, needed] of dependentRequired) {
    if (Object.hasOwn(table, key)) checkNeeded(visit, table, key, needed);
  }
}

function fail(visit: Visit, text: string): void {
  addFailure(visit, failureOf(visit, text));
}

import { checkTextLength } from "../growth-budget.ts";
import { KustomizeError } from "../error.ts";
import type { FieldSpec, Var } from "../file/kustomization.ts";
import { isMap, isMissing, isString, type Node, Scalar, textOf, type YamlMap } from "../node/node.ts";
import { formatGoFloat } from "../node/resolve-scalar.ts";
import { writeField } from "../node/shared-scalar.ts";
import type { Resource } from "../resource/resource.ts";
import { describeGvk, effectiveNamespace, type Gvk, type ResId } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { changeFields, fieldPath } from "./field-spec.ts";
import { lookUp } from "./node-path.ts";
import { splitFieldPath } from "./path.ts";

type VarValue = string | number | bigint | boolean;

/** The variables of a build by name. */
export class VarSet {
  readonly #vars = new Map<string, Var>();

  add(variable: Var): void {
    const name = variable.name ?? "";
    if (this.#vars.has(name)) throw new KustomizeError(`var '${name}' already encountered`);
    this.#vars.set(name, variable);
  }

  addAll(other: VarSet): void {
    for (const variable of other.#vars.values()) this.add(variable);
  }

  get sorted(): readonly Var[] {
    return [...this.#vars.values()].sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
  }
}

function gvkOf({ objref = {} }: Var, usesApiVersion: boolean): Gvk {
  const { apiVersion = "", group = "", version = "", kind = "" } = objref;
  const own = { group, version, kind, isClusterScoped: false };
  if (!usesApiVersion || apiVersion === "") return own;
  const [first = "", second, ...rest] = apiVersion.split("/");
  if (second === undefined) return { ...own, version: first };
  return rest.length > 0 ? own : { ...own, group: first, version: second };
}

/** A variable as Go's `%v` shows it. */
export function describeVar(variable: Var, isResolved: boolean): string {
  const path = variable.fieldref?.fieldPath || (isResolved ? "metadata.name" : "");
  return `{${variable.name ?? ""} ${describeGvk(gvkOf(variable, isResolved))} {${path}}}`;
}

/** Notes on each resource which variables it is meant by; two that are meant by one are an error. */
export function noteVars(resources: ResourceMap, vars: readonly Var[]): void {
  for (const variable of vars) {
    const { name = "", namespace = "" } = variable.objref ?? {};
    const target: ResId = { gvk: gvkOf(variable, true), name, namespace };
    const found = resources.resources.filter(
      (resource) => !resource.isEmpty && [...resource.oldIds, resource.id].some((id) => isMeant(id, target)),
    );
    if (found.length > 1) {
      const shown = describeVar(variable, true).replace(
        " {metadata.name}}",
        ` {${variable.fieldref?.fieldPath ?? ""}}}`,
      );
      throw new KustomizeError(
        `found ${found.length} resId matches for var ${shown} (unable to disambiguate)`,
      );
    }
    const [only] = found;
    if (only !== undefined) only.varNames = [...only.varNames, variable.name ?? ""];
  }
}

function isMeant(id: ResId, target: ResId): boolean {
  const { gvk } = target;
  const isSame =
    id.name === target.name &&
    id.gvk.kind === gvk.kind &&
    id.gvk.version === gvk.version &&
    id.gvk.group === gvk.group;
  return isSame && (target.namespace === "" || effectiveNamespace(id) === effectiveNamespace(target));
}

/** Puts the values of variables where `$(NAME)` stands; returns the names that stood nowhere. */
export function resolveVars(
  resources: ResourceMap,
  vars: readonly Var[],
  specs: readonly FieldSpec[],
): readonly string[] {
  const values = new Map<string, VarValue | undefined>();
  for (const variable of vars) values.set(variable.name ?? "", valueOfVar(resources.resources, variable));
  if (values.size === 0) return [];
  const used = new Set<string>();
  const replacer: Replacer = (name) => {
    const value = values.get(name);
    if (value !== undefined) used.add(name);
    return value ?? `$(${name})`;
  };
  const paths = specs.map(fieldPath);
  for (const resource of resources.resources) {
    for (const path of paths) changeFields(resource, path, (node) => replaceIn(node, replacer));
  }
  return [...values.keys()].filter((name) => !used.has(name));
}

type Replacer = (name: string) => VarValue;

function valueOfVar(resources: readonly Resource[], variable: Var): VarValue | undefined {
  const resource = resources.find(({ varNames }) => varNames.includes(variable.name ?? ""));
  if (resource === undefined) {
    throw new KustomizeError(
      `var '${describeVar(variable, true)}' cannot be mapped to a field in the set of known resources`,
    );
  }
  const path = variable.fieldref?.fieldPath || "metadata.name";
  let node: Node | undefined;
  try {
    node = lookUp(resource.root, indexed(splitFieldPath(path)));
  } catch {
    node = undefined;
  }
  const value = node === undefined ? "none" : goValueOf(node);
  if (value === "none") {
    throw new KustomizeError(
      `field specified in var '${describeVar(variable, true)}' not found in corresponding resource`,
    );
  }
  return value.value;
}

/** The value as strconv reads its text, which knows no octal, hexadecimal or underscore; `none` where it cannot. */
function goValueOf(node: Node): { readonly value: VarValue | undefined } | "none" {
  if (typeof node === "string") return { value: node };
  if (!(node instanceof Scalar)) return { value: undefined };
  const { tag, text } = node;
  if (tag === "!!bool") return { value: text.toLowerCase() === "true" };
  if (tag === "!!int") return goInteger(text);
  if (tag === "!!float") return Number.isFinite(Number(text)) ? { value: Number(text) } : "none";
  return { value: text };
}

function goInteger(text: string): { readonly value: VarValue } | "none" {
  if (!/^[-+]?\d+$/.test(text)) return "none";
  const value = BigInt(text.replace("+", ""));
  if (value !== BigInt.asIntN(64, value)) return "none";
  return { value: Number.isSafeInteger(Number(value)) ? Number(value) : value };
}

/** Turns `ports[0]` into `ports` and `0`. */
function indexed(parts: readonly string[]): string[] {
  return parts.flatMap((part) => {
    const match = /^(.*)\[(\d+)\]$/.exec(part);
    if (match === null) return [part];
    return match[1] === "" ? [match[2] ?? ""] : [match[1] ?? "", match[2] ?? ""];
  });
}

function replaceIn(node: Node, replacer: Replacer): Node {
  if (isMissing(node)) return node;
  if (isMap(node)) return replaceInMap(node, replacer);
  if (Array.isArray(node)) {
    return node.map((item) => {
      if (!isString(item)) throw new KustomizeError("invalid value type expect a string");
      return nodeOf(replaceText(textOf(item), replacer));
    });
  }
  return isString(node) ? nodeOf(replaceText(textOf(node), replacer)) : node;
}

function replaceInMap(map: YamlMap, replacer: Replacer): Node {
  for (const [key, value] of map.fields) {
    if (map.oddKeys?.has(key) === true) {
      throw new KustomizeError(`invalid map key: value='${key}', tag=''`);
    }
    if (isString(value)) writeField(map, key, nodeOf(replaceText(textOf(value), replacer)));
  }
  return map;
}

function nodeOf(value: VarValue): Node {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return new Scalar("!!bool", String(value));
  if (typeof value === "bigint" || Number.isInteger(value)) return new Scalar("!!int", String(value));
  return new Scalar("!!float", String(value));
}

function shown(value: VarValue): string {
  return typeof value === "number" && !Number.isInteger(value) ? formatGoFloat(value) : String(value);
}

/** Expands `$(NAME)` as Kubernetes does: `$$` is a dollar, a text that is one reference takes the value's type. */
function replaceText(text: string, replacer: Replacer): VarValue {
  const whole = /^\$\(([^)]*)\)$/.exec(text);
  if (whole !== null) return replacer(whole[1] ?? "");
  let result = "";
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "$" || at + 1 >= text.length) continue;
    result += text.slice(start, at);
    const next = text[at + 1];
    const close = next === "(" ? text.indexOf(")", at + 2) : -1;
    if (close >= 0) {
      result += shown(replacer(text.slice(at + 2, close)));
      checkTextLength(result.length, "a var");
      at = close;
    } else {
      result += next === "$" ? "$" : `$${next}`;
      at += 1;
    }
    start = at + 1;
  }
  return result + text.slice(start);
}

import { defineFunction } from "@weir/gotemplate";
import {
  GoCallError,
  type GoFunction,
  GoMap,
  GoObject,
  goJsonValue,
  type GoValue,
  quoteGo,
} from "@weir/text";
import { emitYaml } from "@weir/yaml";

/** The name of the type of `.Values` and of the scope of a template. */
export const VALUES_TYPE = "common.Values";

/** A `map[string]interface {}` that Helm gives methods: `.Values`, `.Template`, and `.` itself. */
export class ValuesObject extends GoObject {
  readonly type = VALUES_TYPE;
  readonly kind = "map";
  override readonly underlying: Map<string, GoValue>;

  constructor(entries: Map<string, GoValue>) {
    super();
    this.underlying = entries;
  }

  override method(name: string): GoFunction | undefined {
    const { underlying } = this;
    switch (name) {
      case "AsMap":
        return defineFunction(name, [], "map[string]interface {}", () => underlying);
      case "YAML":
        return defineFunction(name, [], "string", () => emitYaml(goJsonValue(this)));
      case "Table":
        return defineFunction(
          name,
          ["string"],
          VALUES_TYPE,
          ([path]) => new ValuesObject(tableAt(underlying, path)),
        );
      case "PathValue":
        return defineFunction(name, ["string"], "interface {}", ([path]) => valueAt(underlying, path));
      default:
        return undefined;
    }
  }
}

/** The table at a path with dots. Throws a `GoCallError` where there is none. */
function tableAt(values: Map<string, GoValue>, path: string): Map<string, GoValue> {
  let table = values;
  for (const key of path.split(".")) {
    const found = tableOf(table.get(key) ?? null);
    if (found === undefined) throw new GoCallError(`${quoteGo(key)} is not a table`);
    table = found;
  }
  return table;
}

/** The table that a value is, if it is one. */
export function tableOf(value: GoValue): Map<string, GoValue> | undefined {
  if (value instanceof Map) return value;
  if (value instanceof ValuesObject) return value.underlying;
  return value instanceof GoMap && value.type === VALUES_TYPE ? value.entries : undefined;
}

function valueAt(values: Map<string, GoValue>, path: string): GoValue {
  if (path === "") throw new GoCallError("YAML path cannot be empty");
  const parts = path.split(".");
  const key = parts.pop() ?? "";
  const problem = new GoCallError(`${quoteGo(key)} is not a value`);
  let table = values;
  try {
    if (parts.length > 0) table = tableAt(values, parts.join("."));
  } catch {
    throw problem;
  }
  const found = table.get(key);
  if (found === undefined || found instanceof Map) throw problem;
  return found;
}

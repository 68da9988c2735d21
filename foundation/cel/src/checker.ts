import {
  BOOL,
  BYTES,
  type CelType,
  describeType,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isDynOrError,
  isSameType,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  parameter,
  STRING,
  typeOf,
  UINT,
  withinOptional,
} from "./cel-type.ts";
import type { CelFunction, FunctionTable, Overload } from "./function-table.ts";
import type { FindMessage, MessageType } from "./messages.ts";
import type { Problem } from "./source-text.ts";
import {
  type CallNode,
  type ComprehensionNode,
  type ListNode,
  type MapNode,
  type MessageNode,
  type Node,
  qualifiedName,
  type SelectNode,
  type Syntax,
} from "./syntax.ts";
import { mostGeneral, TypeBindings } from "./type-bindings.ts";
import { CelUint, type CelValue } from "./value.ts";

/** What names stand for in an environment. */
export interface Declarations {
  readonly functions: FunctionTable;
  readonly variables: ReadonlyMap<string, CelType>;
  /** Types that can be named: `int`, `kubernetes.URL`. */
  readonly typeNames: ReadonlyMap<string, CelType>;
  readonly findMessage: FindMessage;
}

/** What the checker found out of an expression. */
export interface Checked {
  readonly root: CelType;
  /** The type of each node. */
  readonly types: ReadonlyMap<number, CelType>;
  /** The overloads that a call may mean. */
  readonly overloads: ReadonlyMap<number, readonly Overload[]>;
  /** Calls of a namespaced function (`ip.isCanonical(x)`), whose target is part of the name. */
  readonly namespaced: ReadonlySet<number>;
  /** Selections that are names (`authorizer.requestResource`). */
  readonly names: ReadonlyMap<number, string>;
  readonly problems: readonly Problem[];
}

/** Gives each node of an expression its type, by cel-go's rules and with its messages. */
export function check(syntax: Syntax, declarations: Declarations): Checked {
  const checker = new Checker(syntax, declarations);
  const root = checker.check(syntax.root);
  const types = new Map(
    Array.from(checker.types, ([id, type]) => [id, checker.bindings.resolve(type, true)]),
  );
  const { overloads, namespaced, names, problems } = checker;
  return { root: checker.bindings.resolve(root, true), types, overloads, namespaced, names, problems };
}

class Checker {
  readonly types = new Map<number, CelType>();
  readonly overloads = new Map<number, readonly Overload[]>();
  readonly namespaced = new Set<number>();
  readonly names = new Map<number, string>();
  readonly problems: Problem[] = [];
  readonly bindings = new TypeBindings();
  readonly #declarations: Declarations;
  readonly #offsets: ReadonlyMap<number, number>;
  readonly #scopes: Map<string, CelType>[] = [];
  #parameters = 0;

  constructor(syntax: Syntax, declarations: Declarations) {
    this.#offsets = syntax.offsets;
    this.#declarations = declarations;
  }

  check(node: Node): CelType {
    const type = this.#typeOf(node);
    this.types.set(node.id, type);
    return type;
  }

  #report(node: { readonly id: number }, message: string): void {
    this.problems.push({ offset: this.#offsets.get(node.id) ?? 0, message });
  }

  #typeOf(node: Node): CelType {
    switch (node.kind) {
      case "literal":
        return literalType(node.value);
      case "ident":
        return this.#named(node.name) ?? this.#undeclared(node, node.name);
      case "select":
        return this.#selection(node);
      case "call":
        return this.#call(node);
      case "list":
        return this.#list(node);
      case "map":
        return this.#map(node);
      case "message":
        return this.#message(node);
      case "comprehension":
        return this.#comprehension(node);
    }
  }

  #undeclared(node: Node, name: string): CelType {
    this.#report(node, `undeclared reference to '${name}' (in container '')`);
    return ERROR;
  }

  #named(name: string): CelType | undefined {
    if (!name.startsWith(".")) {
      const scope = this.#scopes.findLast((names) => names.has(name));
      if (scope !== undefined) return scope.get(name);
    }
    const plainName = name.startsWith(".") ? name.slice(1) : name;
    const variable = this.#declarations.variables.get(plainName);
    if (variable !== undefined) return variable;
    const { typeNames, findMessage } = this.#declarations;
    const type = typeNames.get(plainName) ?? findMessage(plainName)?.type;
    return type && typeOf(type);
  }

  #selection(node: SelectNode): CelType {
    const name = qualifiedName(node);
    const named = name === undefined ? undefined : this.#named(name);
    if (name !== undefined && named !== undefined) {
      this.names.set(node.id, name);
      return named;
    }
    const type = this.#field(node, node.operand, node.field, false);
    return node.isTest ? BOOL : this.bindings.resolve(type, false);
  }

  #field(node: Node, operand: Node, field: string, isOptional: boolean): CelType {
    const operandType = this.bindings.resolve(this.check(operand), false);
    const within = withinOptional(operandType);
    const type = this.#fieldOf(node, within ?? operandType, field);
    return within !== undefined || isOptional ? optionalOf(type) : type;
  }

  #fieldOf(node: Node, type: CelType, field: string): CelType {
    switch (type.kind) {
      case "map":
        return type.params[1] ?? DYN;
      case "object": {
        // A message that an expression makes takes fields of any name.
        const found = type.fields === undefined ? DYN : type.fields.get(field);
        if (found === undefined) this.#report(node, `undefined field '${field}'`);
        return found ?? ERROR;
      }
      case "parameter":
        this.bindings.unify([DYN], [type]);
        return DYN;
      default:
        if (type.isHidden === true) {
          this.#report(node, `unexpected failed resolution of '${type.name}'`);
          return ERROR;
        }
        if (!isDynOrError(type))
          this.#report(node, `type '${describeType(type)}' does not support field selection`);
        return DYN;
    }
  }

  #call(node: CallNode): CelType {
    const { name, target, args } = node;
    if (name === "_?._") {
      const [operand, field] = args;
      if (operand === undefined || field?.kind !== "literal") return ERROR;
      this.check(field);
      return this.bindings.resolve(this.#field(node, operand, String(field.value), true), false);
    }
    for (const argument of args) this.check(argument);
    const { functions } = this.#declarations;
    if (target === undefined) {
      const found = functions.find(name);
      return found === undefined ? this.#undeclared(node, name) : this.#resolve(node, found, args, false);
    }
    const prefix = qualifiedName(target);
    const namespaced = prefix === undefined ? undefined : functions.find(`${prefix}.${name}`);
    if (namespaced !== undefined) {
      this.namespaced.add(node.id);
      return this.#resolve(node, namespaced, args, false);
    }
    this.check(target);
    const found = functions.find(name);
    return found === undefined
      ? this.#undeclared(node, name)
      : this.#resolve(node, found, [target, ...args], true);
  }

  #resolve(node: CallNode, called: CelFunction, operands: readonly Node[], isMember: boolean): CelType {
    const types = operands.map((operand) => this.types.get(operand.id) ?? ERROR);
    if (called.name === "_&&_" || called.name === "_||_") return this.#logical(operands, types);
    const matching: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of called.overloads) {
      if (overload.isMember !== isMember) continue;
      const { params, result: declared } = this.#instantiate(overload);
      if (!this.bindings.unify(types, params)) continue;
      matching.push(overload);
      const type = this.bindings.resolve(declared, false);
      if (result === undefined) result = type;
      else if (result.kind !== "dyn" && !isSameType(type, result)) result = DYN;
    }
    if (result === undefined) {
      const shown = types.map((type) => describeType(this.bindings.resolve(type, true)));
      const signature = isMember ? `${shown[0]}.(${shown.slice(1).join(", ")})` : `(${shown.join(", ")})`;
      this.#report(node, `found no matching overload for '${called.name}' applied to '${signature}'`);
      return ERROR;
    }
    this.overloads.set(node.id, matching);
    return result;
  }

  #logical(operands: readonly Node[], types: readonly CelType[]): CelType {
    let isBool = true;
    for (const [index, type] of types.entries()) {
      const operand = operands[index];
      if (operand === undefined || this.bindings.unify([type], [BOOL])) continue;
      this.#mismatch(operand, BOOL, type);
      isBool = false;
    }
    return isBool ? BOOL : ERROR;
  }

  #mismatch(node: Node, expected: CelType, found: CelType): void {
    this.#report(node, `expected type '${describeType(expected)}' but found '${describeType(found)}'`);
  }

  /** The overload's types with parameters that no other call shares. */
  #instantiate(overload: Overload): Pick<Overload, "params" | "result"> {
    const fresh = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      if (type.kind !== "parameter") {
        return type.params.length === 0 ? type : { ...type, params: type.params.map(rename) };
      }
      const known = fresh.get(type.name) ?? this.#newParameter();
      fresh.set(type.name, known);
      return known;
    };
    return { params: overload.params.map(rename), result: rename(overload.result) };
  }

  #newParameter(): CelType {
    return parameter(`_var${this.#parameters++}`);
  }

  #list(node: ListNode): CelType {
    let element: CelType | undefined;
    for (const [index, item] of node.elements.entries()) {
      const type = this.#present(item, this.check(item), node.optional.has(index));
      element = this.#join(element, type);
    }
    return listOf(element ?? this.#newParameter());
  }

  #present(node: Node, type: CelType, isOptional: boolean): CelType {
    if (!isOptional) return type;
    const within = withinOptional(type);
    if (within === undefined && type.kind !== "dyn") this.#mismatch(node, optionalOf(type), type);
    return within ?? type;
  }

  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    return this.bindings.unify([previous], [current]) ? mostGeneral(previous, current) : DYN;
  }

  #map(node: MapNode): CelType {
    let keyType: CelType | undefined;
    let valueType: CelType | undefined;
    for (const { key, value, isOptional } of node.entries) {
      keyType = this.#join(keyType, this.check(key));
      valueType = this.#join(valueType, this.#present(value, this.check(value), isOptional));
    }
    return mapOf(keyType ?? this.#newParameter(), valueType ?? this.#newParameter());
  }

  #message(node: MessageNode): CelType {
    const type = this.#named(node.typeName);
    if (type === undefined) return this.#undeclared(node, node.typeName);
    const message = this.#declarations.findMessage(node.typeName.replace(/^\./, ""));
    if (type.kind !== "type") this.#report(node, `'${describeType(type)}' is not a type`);
    else if (message === undefined) this.#report(node, `'${node.typeName}' is not a message type`);
    for (const field of node.fields) this.#messageField(field, message);
    return message?.type ?? ERROR;
  }

  #messageField(field: MessageNode["fields"][number], message: MessageType | undefined): void {
    const { name, value, isOptional } = field;
    const type = this.#present(value, this.check(value), isOptional);
    if (message === undefined) return;
    const declared = message.field(name);
    if (declared === undefined) this.#report(field, `undefined field '${name}'`);
    else if (!this.bindings.unify([declared], [type])) {
      this.#report(
        field,
        `expected type of field '${name}' is '${describeType(declared)}' but provided type is '${describeType(type)}'`,
      );
    }
  }

  #comprehension(node: ComprehensionNode): CelType {
    this.check(node.range);
    const accumulator = this.check(node.init);
    const range = this.bindings.resolve(this.types.get(node.range.id) ?? ERROR, false);
    const [first, second] = this.#elementTypes(node, range);
    this.#scopes.push(new Map([[node.accumulator, accumulator]]));
    this.#scopes.push(
      new Map([
        [node.variable, first],
        ...(node.secondVariable === undefined ? [] : [[node.secondVariable, second] as const]),
      ]),
    );
    this.#assert(node.condition, BOOL);
    this.#assert(node.step, accumulator);
    this.#scopes.pop();
    const result = this.check(node.result);
    this.#scopes.pop();
    return this.bindings.resolve(result, false);
  }

  #assert(node: Node, type: CelType): void {
    const found = this.check(node);
    if (!this.bindings.unify([type], [found])) this.#mismatch(node, type, found);
  }

  #elementTypes(node: ComprehensionNode, range: CelType): readonly [CelType, CelType] {
    const [first = DYN, second = DYN] = range.params;
    switch (range.kind) {
      case "list":
        return node.secondVariable === undefined ? [first, DYN] : [INT, first];
      case "map":
        return [first, second];
      case "dyn":
      case "error":
      case "parameter":
        this.bindings.unify([DYN], [range]);
        return [DYN, DYN];
      default:
        this.#report(
          node.range,
          `expression of type '${describeType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [ERROR, ERROR];
    }
  }
}

function literalType(value: CelValue): CelType {
  switch (typeof value) {
    case "boolean":
      return BOOL;
    case "bigint":
      return INT;
    case "number":
      return DOUBLE;
    case "string":
      return STRING;
    default:
      if (value === null) return NULL;
      return value instanceof CelUint ? UINT : BYTES;
  }
}

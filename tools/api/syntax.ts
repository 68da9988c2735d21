import { parseAst } from "rolldown/parseAst";

/** A node of a syntax tree; what else it holds depends on its type. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** The statements of a declaration file. */
export function statementsOf(path: string, text: string): readonly SyntaxNode[] {
  return parseAst(text, { lang: "dts" }, path).body as unknown as readonly SyntaxNode[];
}

/** Whether a value is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The name of an identifier, or the text of a string; empty for anything else. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (typeof node["name"] === "string") return node["name"];
  return typeof node["value"] === "string" ? node["value"] : "";
}

/** The children of a node, in the order of the text. */
export function childrenOf(node: SyntaxNode): readonly (readonly [field: string, child: SyntaxNode])[] {
  const found: [string, SyntaxNode][] = [];
  for (const [field, value] of Object.entries(node)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) if (isNode(each)) found.push([field, each]);
  }
  return found.sort(([, a], [, b]) => a.start - b.start);
}

/** A name in a declaration that stands for something outside of it. */
export interface NameReference {
  /** The name in the file's scope; for `import("module").Name` the name there. */
  readonly name: string;
  /** The module of an `import("module").Name`. */
  readonly module?: string;
  readonly start: number;
  readonly end: number;
}

/** Fields whose identifiers name members and parameters, by the type of the node; keys in brackets are expressions. */
const MEMBER_NAMES: Readonly<Record<string, readonly string[]>> = {
  TSPropertySignature: ["key"],
  TSMethodSignature: ["key"],
  PropertyDefinition: ["key"],
  TSAbstractPropertyDefinition: ["key"],
  MethodDefinition: ["key"],
  TSAbstractMethodDefinition: ["key"],
  AccessorProperty: ["key"],
  TSQualifiedName: ["right"],
  MemberExpression: ["property"],
  TSTypeParameter: ["name"],
  TSNamedTupleMember: ["label"],
  TSTypePredicate: ["parameterName"],
  TSMappedType: ["key"],
  TSImportType: ["qualifier"],
  RestElement: ["argument"],
  Property: ["key", "value"],
};

/** Nodes whose `id` is the name that they declare. */
const DECLARES = /Declaration$|^TSDeclareFunction$|^VariableDeclarator$/;

/** The names that a declaration refers to; names of type parameters and parameters are its own. */
export function referencesOf(declaration: SyntaxNode): readonly NameReference[] {
  const found: NameReference[] = [];
  visit(declaration, new Set(), found);
  return found;
}

function visit(node: SyntaxNode, own: ReadonlySet<string>, found: NameReference[]): void {
  if (node.type === "Identifier") {
    if (!own.has(nameOf(node))) found.push({ name: nameOf(node), start: node.start, end: endOfName(node) });
    visitAnnotation(node, own, found);
    return;
  }
  if (node.type === "TSImportType") found.push(...importReference(node));
  const scope = new Set([...own, ...declaredBy(node)]);
  for (const [field, child] of childrenOf(node)) {
    if (namesItself(node, field, child)) visitAnnotation(child, scope, found);
    else visit(child, scope, found);
  }
}

/** Whether a child is a name that the node gives to something, and refers to nothing. */
function namesItself(node: SyntaxNode, field: string, child: SyntaxNode): boolean {
  if (field === "id") return DECLARES.test(node.type);
  if (field === "params") return child.type === "Identifier";
  return node["computed"] !== true && (MEMBER_NAMES[node.type] ?? []).includes(field);
}

/** The identifier alone, without the type that a parameter or variable is given. */
function endOfName(node: SyntaxNode): number {
  return node.start + nameOf(node).length;
}

function visitAnnotation(node: SyntaxNode, own: ReadonlySet<string>, found: NameReference[]): void {
  const { typeAnnotation } = node;
  if (isNode(typeAnnotation)) visit(typeAnnotation, own, found);
}

function importReference(node: SyntaxNode): readonly NameReference[] {
  const { qualifier, source } = node;
  if (!isNode(qualifier)) return [];
  return [{ name: nameOf(qualifier), module: nameOf(source), start: node.start, end: qualifier.end }];
}

/** The names that a node brings into scope for what stands inside of it. */
function declaredBy(node: SyntaxNode): readonly string[] {
  const names = nodesOf(node["params"]).map(nameOf);
  const { typeParameters } = node;
  if (isNode(typeParameters)) {
    for (const parameter of nodesOf(typeParameters["params"])) names.push(nameOf(parameter["name"]));
  }
  if (node.type === "TSMappedType") names.push(nameOf(node["key"]));
  if (node.type === "TSConditionalType") collectInferred(node, names);
  return names;
}

function collectInferred(node: SyntaxNode, names: string[]): void {
  for (const [, child] of childrenOf(node)) {
    if (child.type === "TSInferType" && isNode(child["typeParameter"]))
      names.push(nameOf(child["typeParameter"]["name"]));
    collectInferred(child, names);
  }
}

/** The nodes in a value that may be a list. */
export function nodesOf(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

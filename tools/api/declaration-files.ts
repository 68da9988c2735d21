import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isNode, nameOf, nodesOf, statementsOf, type SyntaxNode } from "./syntax.ts";

/** Something that a file declares under one name: all overloads of a function, one of anything else. */
export interface Declaration {
  readonly name: string;
  readonly file: DeclarationFile;
  readonly statements: readonly DeclaredStatement[];
}

/** A statement that declares something. */
export interface DeclaredStatement {
  /** The declaration itself, without `export`. */
  readonly node: SyntaxNode;
  /** Where its text begins, `export` left out. */
  readonly start: number;
  readonly end: number;
  /** The docstring before it, without its marks; empty where there is none. */
  readonly doc: string;
}

/** A name in another module. */
export interface ModuleName {
  readonly module: string;
  readonly name: string;
}

/** What a name of a file stands for; `isType` where only the type is exported. */
export interface ExportedName {
  readonly target: { readonly local: string } | ModuleName;
  readonly isType: boolean;
}

/** One declaration file: what it declares, imports and exports. */
export interface DeclarationFile {
  readonly path: string;
  readonly text: string;
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly imports: ReadonlyMap<string, ModuleName>;
  readonly exports: ReadonlyMap<string, ExportedName>;
}

/** What a name resolves to: a declaration in these files, or something of a module outside of them. */
export type Resolved =
  | { readonly kind: "declared"; readonly declaration: Declaration }
  | ({ readonly kind: "external" } & ModuleName);

/** Declaration files, each read once. */
export class DeclarationFiles {
  readonly #files = new Map<string, DeclarationFile>();

  read(path: string): DeclarationFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = readDeclarations(path, readFileSync(path, "utf8"));
    this.#files.set(path, file);
    return file;
  }

  /** Follows a name of a file, as code in it would use it; undefined where it is none of the file's. */
  resolve(file: DeclarationFile, name: string): Resolved | undefined {
    const declaration = file.declarations.get(name);
    if (declaration !== undefined) return { kind: "declared", declaration };
    const imported = file.imports.get(name);
    return imported === undefined ? undefined : this.resolveIn(file, imported);
  }

  /** Follows what a file exports under a name. */
  resolveExport(file: DeclarationFile, name: string): Resolved | undefined {
    const exported = file.exports.get(name);
    if (exported === undefined) return undefined;
    const { target } = exported;
    return "local" in target ? this.resolve(file, target.local) : this.resolveIn(file, target);
  }

  /** Follows a name of a module that a file names; packages are left alone. */
  resolveIn(file: DeclarationFile, { module, name }: ModuleName): Resolved | undefined {
    if (!module.startsWith(".")) return { kind: "external", module, name };
    return this.resolveExport(this.read(fileOf(file, module)), name);
  }
}

function fileOf(file: DeclarationFile, module: string): string {
  return join(dirname(file.path), module.replace(/\.ts$/, ".d.ts"));
}

function readDeclarations(path: string, text: string): DeclarationFile {
  const declarations = new Map<string, Declaration>();
  const imports = new Map<string, ModuleName>();
  const exports = new Map<string, ExportedName>();
  const file: DeclarationFile = { path, text, declarations, imports, exports };
  for (const statement of statementsOf(path, text)) {
    if (statement.type === "ImportDeclaration") {
      for (const [local, target] of importedNames(statement)) imports.set(local, target);
      continue;
    }
    for (const [name, exported] of exportedNames(statement)) exports.set(name, exported);
    const node = isNode(statement["declaration"]) ? statement["declaration"] : statement;
    const name = declaredName(node);
    if (name === "") continue;
    const declared = { node, start: node.start, end: statement.end, doc: docBefore(text, statement.start) };
    const statements = [...(declarations.get(name)?.statements ?? []), declared];
    declarations.set(name, { name, file, statements });
    if (node !== statement) exports.set(name, { target: { local: name }, isType: false });
  }
  return file;
}

function importedNames(statement: SyntaxNode): readonly (readonly [string, ModuleName])[] {
  const module = nameOf(statement["source"]);
  return nodesOf(statement["specifiers"]).map((specifier) => {
    const name = specifier.type === "ImportSpecifier" ? nameOf(specifier["imported"]) : "default";
    return [nameOf(specifier["local"]), { module, name: specifier.type.includes("Namespace") ? "*" : name }];
  });
}

function exportedNames(statement: SyntaxNode): readonly (readonly [string, ExportedName])[] {
  const module = nameOf(statement["source"]);
  return nodesOf(statement["specifiers"]).map((specifier) => {
    const local = nameOf(specifier["local"]);
    const isType = specifier["exportKind"] === "type" || statement["exportKind"] === "type";
    const target = module === "" ? { local } : { module, name: local };
    return [nameOf(specifier["exported"]), { target, isType }];
  });
}

/** The name that a statement declares; empty where it declares none. */
function declaredName(node: SyntaxNode): string {
  if (node.type !== "VariableDeclaration") return nameOf(node["id"]);
  const [first] = nodesOf(node["declarations"]);
  return nameOf(first?.["id"]);
}

/** The docstring that ends right before a statement. */
function docBefore(text: string, start: number): string {
  const before = text.slice(0, start).trimEnd();
  if (!before.endsWith("*/")) return "";
  const begin = before.lastIndexOf("/**");
  return begin === -1 ? "" : docText(before.slice(begin));
}

/** A docstring without its stars. */
export function docText(comment: string): string {
  const inner = comment.replace(/^\/\*\*/, "").replace(/\*\/$/, "");
  const lines = inner.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  return lines.join("\n").trim();
}

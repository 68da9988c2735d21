import type { Declaration, DeclarationFile, DeclarationFiles, Resolved } from "./declaration-files.ts";
import { type NameReference, referencesOf } from "./syntax.ts";

/** A declaration of a package's public API, under the name that it has there. */
export interface ApiDeclaration {
  readonly name: string;
  readonly declaration: Declaration;
  /** `value` and `type` are exported as such; `hidden` is only named by others that are. */
  readonly visibility: "value" | "type" | "hidden";
}

/** A name that a package hands on from another one. */
export interface HandedOn {
  readonly name: string;
  readonly module: string;
  readonly original: string;
  readonly isType: boolean;
}

/** What a package lets others see. */
export interface PublicApi {
  /** In the order of the entry point, then what is hidden, by name. */
  readonly declarations: readonly ApiDeclaration[];
  readonly handedOn: readonly HandedOn[];
  /** How a name in a file is written in the API; undefined for one that belongs to the language. */
  readonly nameFor: (
    file: DeclarationFile,
    reference: NameReference,
  ) => { readonly kind: "declared" | "external"; readonly name: string } | undefined;
  /** Names of other modules that the declarations use, by the name they have here. */
  readonly imports: ReadonlyMap<string, { readonly module: string; readonly original: string }>;
}

/** Gathers what an entry point exports and, without end, what that names of the package's own. */
export function publicApiOf(files: DeclarationFiles, entry: string): PublicApi {
  return new ApiReader(files).read(files.read(entry));
}

class ApiReader {
  readonly #files: DeclarationFiles;
  readonly #names = new Map<Declaration, string>();
  readonly #taken = new Set<string>();
  readonly #declarations: ApiDeclaration[] = [];
  readonly #hidden: ApiDeclaration[] = [];
  readonly #handedOn: HandedOn[] = [];
  readonly #imports = new Map<string, { readonly module: string; readonly original: string }>();

  constructor(files: DeclarationFiles) {
    this.#files = files;
  }

  read(entry: DeclarationFile): PublicApi {
    for (const [name, { isType }] of entry.exports)
      this.#export(name, isType, resolved(this.#files, entry, name));
    for (const { declaration } of this.#declarations) this.#follow(declaration);
    this.#hidden.sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      declarations: [...this.#declarations, ...this.#hidden],
      handedOn: this.#handedOn,
      nameFor: (file, reference) => this.#nameFor(file, reference),
      imports: this.#imports,
    };
  }

  #export(name: string, isType: boolean, target: Resolved): void {
    this.#taken.add(name);
    if (target.kind === "external") {
      this.#handedOn.push({ name, module: target.module, original: target.name, isType });
      return;
    }
    const { declaration } = target;
    const visibility = isType && declaresValue(declaration) ? "type" : "value";
    if (!this.#names.has(declaration)) this.#names.set(declaration, name);
    this.#declarations.push({ name, declaration, visibility });
  }

  /** Brings in what a declaration names and nothing exports. */
  #follow(declaration: Declaration): void {
    for (const { node } of declaration.statements) {
      for (const reference of referencesOf(node)) {
        const target = this.#resolve(declaration.file, reference);
        if (target?.kind === "external") this.#import(target.module, target.name);
        if (target?.kind !== "declared" || this.#names.has(target.declaration)) continue;
        const name = this.#freeName(target.declaration.name);
        this.#names.set(target.declaration, name);
        this.#hidden.push({ name, declaration: target.declaration, visibility: "hidden" });
        this.#follow(target.declaration);
      }
    }
  }

  #import(module: string, original: string): string {
    for (const [name, known] of this.#imports) {
      if (known.module === module && known.original === original) return name;
    }
    const handedOn = this.#handedOn.find((each) => each.module === module && each.original === original);
    const name = handedOn?.name ?? this.#freeName(original);
    this.#imports.set(name, { module, original });
    return name;
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${wanted}_${count}`;
    this.#taken.add(name);
    return name;
  }

  #resolve(file: DeclarationFile, { module, name }: NameReference): Resolved | undefined {
    return module === undefined
      ? this.#files.resolve(file, name)
      : this.#files.resolveIn(file, { module, name });
  }

  #nameFor(file: DeclarationFile, reference: NameReference): ReturnType<PublicApi["nameFor"]> {
    const target = this.#resolve(file, reference);
    if (target === undefined) return undefined;
    if (target.kind === "external")
      return { kind: "external", name: this.#import(target.module, target.name) };
    return { kind: "declared", name: this.#names.get(target.declaration) ?? target.declaration.name };
  }
}

function resolved(files: DeclarationFiles, entry: DeclarationFile, name: string): Resolved {
  const target = files.resolveExport(entry, name);
  if (target === undefined) throw new Error(`${entry.path} exports ${name}, which nothing declares`);
  return target;
}

/** Whether a declaration is more than a type, so that exporting only the type hides something. */
function declaresValue({ statements }: Declaration): boolean {
  return statements.some(({ node }) => !/^TS(Interface|TypeAlias)Declaration$/.test(node.type));
}

import { compileTemplate } from "./execute/compile.ts";
import type { Program } from "./execute/program.ts";
import { TemplateBudgetError } from "./execute/template-error.ts";
import type { TemplateDefinition } from "./parse/template-definition.ts";

/** A template that can be executed. Immutable; its steps are made when it first runs. */
export class Template {
  readonly definition: TemplateDefinition;
  #program: Program | undefined;

  constructor(definition: TemplateDefinition) {
    this.definition = definition;
  }

  /** Throws a `TemplateBudgetError` where the stack is too small for how deep the template nests. */
  get program(): Program {
    if (this.#program !== undefined) return this.#program;
    try {
      this.#program = compileTemplate(this.definition);
      return this.#program;
    } catch (error) {
      throw error instanceof RangeError ? new TemplateBudgetError("depth") : error;
    }
  }
}

/** The templates of one text. Immutable: whoever caches it may share it among sets and runs. */
export interface ParsedTemplate {
  readonly name: string;
  /** The text's own template and those that it defines, by name. */
  readonly templates: ReadonlyMap<string, Template>;
}

/** How many layers a set may have before they are joined into one: each is looked through. */
const MAX_LAYERS = 4;

/** Templates that may call one another by name. Immutable: adding gives a new set, which shares what it can. */
export class TemplateSet {
  static readonly empty: TemplateSet = new TemplateSet(new Map(), undefined);

  readonly #own: ReadonlyMap<string, Template>;
  readonly #parent: TemplateSet | undefined;
  readonly #layers: number;

  private constructor(own: ReadonlyMap<string, Template>, parent: TemplateSet | undefined) {
    this.#own = own;
    this.#parent = parent;
    this.#layers = parent === undefined ? 1 : parent.#layers + 1;
  }

  /**
   * A set with the templates of texts added, in order. A template replaces one of the same name, unless there is nothing
   * but space in it.
   */
  with(...parsed: readonly ParsedTemplate[]): TemplateSet {
    const isJoined = parsed.length > 1 || this.#layers >= MAX_LAYERS;
    const own = new Map(isJoined ? this.#all() : []);
    for (const { templates } of parsed) {
      for (const [name, template] of templates) {
        const isKept = template.definition.isEmpty && (own.has(name) || this.has(name));
        if (!isKept) own.set(name, template);
      }
    }
    return new TemplateSet(own, isJoined ? undefined : this);
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** The names of all templates, sorted. */
  names(): readonly string[] {
    return [...this.#all().keys()].sort();
  }

  find(name: string): Template | undefined {
    return this.#own.get(name) ?? this.#parent?.find(name);
  }

  #all(): Map<string, Template> {
    const all = this.#parent === undefined ? new Map<string, Template>() : this.#parent.#all();
    for (const [name, template] of this.#own) all.set(name, template);
    return all;
  }
}

import { builtinFunctions } from "./builtins/builtin-functions.ts";
import { parseDefinitions } from "./parse/parser.ts";
import { type ParsedTemplate, Template } from "./template-set.ts";

/**
 * Parses a template's text under a name, which errors show. `functions` are the names that may be called besides the
 * built-in ones. The result is immutable, depends on nothing else, and may be cached.
 *
 * Throws a `TemplateParseError` with Go's message.
 */
export function parseTemplate(
  name: string,
  text: string,
  functions: { has(name: string): boolean },
): ParsedTemplate {
  const known = { has: (word: string) => functions.has(word) || builtinFunctions.has(word) };
  const definitions = parseDefinitions({ name, text }, known);
  const templates = new Map<string, Template>();
  for (const definition of definitions.values()) templates.set(definition.name, new Template(definition));
  return { name, templates };
}

/**
 * A parsed text as it would have been parsed under another name: charts carry copies of the same files. Undefined where the
 * text itself may define a template of either name.
 */
export function renameTemplate(parsed: ParsedTemplate, name: string): ParsedTemplate | undefined {
  const own = parsed.templates.get(parsed.name);
  // What a text defines starts behind its beginning.
  if (own?.definition.root.position !== 0 || parsed.templates.has(name)) return undefined;
  const templates = new Map<string, Template>();
  for (const template of parsed.templates.values()) {
    const { definition } = template;
    const renamed = template === own ? name : definition.name;
    const source = { ...definition.source, name };
    templates.set(renamed, new Template({ ...definition, name: renamed, source }));
  }
  return { name, templates };
}

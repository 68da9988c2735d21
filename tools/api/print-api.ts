import type { Declaration } from "./declaration-files.ts";
import type { ApiDeclaration, PublicApi } from "./public-api.ts";
import { referencesOf } from "./syntax.ts";

/** Comments of a declaration; strings are matched so that what looks like a comment in them stays. */
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\//g;

/** A public API as one declaration file, sorted by name and without docstrings, so that a diff shows what changed. */
export function printApi(api: PublicApi): string {
  const byName = api.declarations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const shown = byName.filter(({ visibility }) => visibility !== "hidden");
  const hidden = byName.filter(({ visibility }) => visibility === "hidden");
  const parts = [
    imports(api),
    handedOn(api),
    ...shown.map((declaration) => statementsOf(api, declaration)),
    ...(hidden.length === 0 ? [] : ["// Not exported, and named by what is.\n"]),
    ...hidden.map((declaration) => statementsOf(api, declaration)),
    typesAlone(shown),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The text of a declaration with the names that it has in the API, docstrings of its members included. */
export function declarationText(api: PublicApi, declaration: Declaration): readonly string[] {
  const { file, statements } = declaration;
  return statements.map(({ node, start, end }) => {
    let text = file.text.slice(start, end);
    for (const reference of referencesOf(node).toReversed()) {
      const target = api.nameFor(file, reference);
      if (target === undefined) continue;
      const before = text.slice(0, reference.start - start);
      text = `${before}${target.name}${text.slice(reference.end - start)}`;
    }
    return text;
  });
}

/** Text without its comments and the empty lines that they leave. */
export function withoutComments(text: string): string {
  const bare = text.replaceAll(STRING_OR_COMMENT, (found) => (found.startsWith("/*") ? "" : found));
  return bare.replaceAll(/^[ \t]*\n/gm, "");
}

function statementsOf(api: PublicApi, { name, declaration, visibility }: ApiDeclaration): string {
  const prefix = visibility === "value" ? "export " : "";
  return declarationText(api, declaration)
    .map((text) => {
      const named = text.replace(
        new RegExp(
          `^((?:declare |abstract )*(?:interface|type|class|function|const|let) )${declaration.name}\\b`,
        ),
        (_, head: string) => `${head}${name}`,
      );
      const declared = /^(?:declare|interface|type) /.test(named) ? named : `declare ${named}`;
      return `${prefix}${withoutComments(declared)}\n`;
    })
    .join("");
}

function imports(api: PublicApi): string {
  const lines = [...api.imports].map(([name, { module, original }]) => {
    if (original === "*") return `import type * as ${name} from ${JSON.stringify(module)};\n`;
    return `import type { ${renamed(original, name)} } from ${JSON.stringify(module)};\n`;
  });
  return lines.sort().join("");
}

function handedOn(api: PublicApi): string {
  return api.handedOn
    .map(({ name, module, original, isType }) => {
      const what = `${isType ? "type " : ""}${renamed(original, name)}`;
      return `export { ${what} } from ${JSON.stringify(module)};\n`;
    })
    .sort()
    .join("");
}

function typesAlone(shown: readonly ApiDeclaration[]): string {
  const names = shown.filter(({ visibility }) => visibility === "type").map(({ name }) => name);
  return names.length === 0 ? "" : `export { ${names.map((name) => `type ${name}`).join(", ")} };\n`;
}

function renamed(original: string, name: string): string {
  return original === name ? name : `${original} as ${name}`;
}

import type { Plugin } from "rolldown";

/** `let name = require("module");`, and what turns its default export into one where that is asked for. */
const REQUIRE =
  /^(?:let|const|var) ([\w$]+) = require\((["'][^"']+["'])\);\n(?:\1 = ([\w$.]+)\(\1(, 1)?\);\n)?/gm;

/**
 * Loads modules when they are first used instead of when the bundle is.
 *
 * Node's own `crypto`, `worker_threads` and `child_process` take milliseconds and megabytes each, and most commands need
 * none of them. For CommonJS bundles only, where loading is a call. `isLazy` is told what is required.
 */
export function lazyRequires(isLazy: (module: string) => boolean): Plugin {
  return {
    name: "weir:lazy-requires",
    renderChunk: (code) => makeLazy(code, isLazy),
  };
}

/** Rewrites a chunk; a binding that is used otherwise than by its members stays as it is. */
export function makeLazy(code: string, isLazy: (module: string) => boolean): string {
  let result = code;
  for (const [statement, name = "", module = "", interop, mode = ""] of code.matchAll(REQUIRE)) {
    if (!isLazy(module.slice(1, -1))) continue;
    const rest = result.replace(statement, "");
    const escaped = name.replaceAll("$", "\\$");
    const uses = new RegExp(`(?<![\\w$.])${escaped}(?![\\w$])`, "g");
    const members = new RegExp(`(?<![\\w$.])${escaped}\\.`, "g");
    if (rest.match(uses)?.length !== rest.match(members)?.length) continue;
    const loaded = interop === undefined ? `require(${module})` : `${interop}(require(${module})${mode})`;
    const lazy = `let ${name}$loaded;\nconst ${name} = () => ${name}$loaded ??= ${loaded};\n`;
    // In brackets, as `new name().Thing()` would make a new name.
    result = rest.replaceAll(members, () => `(${name}()).`);
    result = `${lazy}${result}`;
  }
  return result;
}

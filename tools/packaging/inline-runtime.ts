import type { Plugin } from "rolldown";

const REQUIRE = /require\("\.\/(rolldown-runtime-[\w-]+\.cjs)"\)/g;

/**
 * Puts the bundler's few helper functions into each file that uses them: they have no state, and a file more to load takes
 * Node longer than all of them together.
 */
export function inlineRuntime(): Plugin {
  return {
    name: "weir:inline-runtime",
    generateBundle(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== "chunk") continue;
        output.code = output.code.replaceAll(REQUIRE, (statement, fileName: string) => {
          const runtime = bundle[fileName];
          if (runtime?.type !== "chunk") return statement;
          return `(()=>{const exports={};${runtime.code}\nreturn exports})()`;
        });
      }
    },
  };
}

import { basename, dirname, resolve } from "node:path";
import type { Plugin } from "rolldown";

/** A module that another thread loads by its URL, as the sources write it. */
const WORKER_URL = /new URL\("(\.{1,2}\/[\w./-]+)\.ts", import\.meta\.url\)/g;

/**
 * Makes every module that the sources name by `new URL("./x.ts", import.meta.url)` a file of its own beside the bundle.
 *
 * Without this, a worker thread would look for a source file that is not published.
 */
export function workerModules(extension: string): Plugin {
  return {
    name: "weir:worker-modules",
    transform: {
      filter: { code: WORKER_URL },
      handler(code, id) {
        return code.replaceAll(WORKER_URL, (_, path: string) => {
          const source = resolve(dirname(id), `${path}.ts`);
          const fileName = `${basename(path)}${extension}`;
          this.emitFile({ type: "chunk", id: source, fileName });
          return `new URL("./${fileName}", import.meta.url)`;
        });
      },
    },
  };
}

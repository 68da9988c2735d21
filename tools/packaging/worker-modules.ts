import { basename, dirname, resolve } from "node:path";
import type { Plugin, PluginContext } from "rolldown";

/** A module that another thread loads by its URL, as the sources write it. */
const WORKER_URL = /new URL\("(\.{1,2}\/[\w./-]+)\.ts", import\.meta\.url\)/g;

/** Told each worker module that a source names, by its name without an extension. */
export type OnWorker = (this: PluginContext, name: string, source: string) => void;

/**
 * Lets `new URL("./x.ts", import.meta.url)` name a file of its own beside the bundle, and reports the source of each.
 *
 * Without this, a worker thread would look for a source file that is not published.
 */
export function workerModules(extension: string, onFound: OnWorker): Plugin {
  return {
    name: "weir:worker-modules",
    transform: {
      filter: { code: WORKER_URL },
      handler(code, id) {
        return code.replaceAll(WORKER_URL, (_, path: string) => {
          onFound.call(this, basename(path), resolve(dirname(id), `${path}.ts`));
          return `new URL("./${basename(path)}${extension}", import.meta.url)`;
        });
      },
    },
  };
}

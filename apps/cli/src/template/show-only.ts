import { splitManifests } from "@weir/helm";
import { matchGoPath } from "@weir/text";

import { CommandError } from "../cli-error.ts";

const SOURCE = /# Source: [^/]+\/(.+)/;

/** The documents that come of the named templates, in the order of the names; these may be patterns. */
export function showOnly(text: string, names: readonly string[]): string {
  const documents = splitManifests(text).map((document) => ({ document, path: SOURCE.exec(document)?.[1] }));
  let shown = "";
  for (const name of names) {
    const found = documents.filter(({ path }) => path !== undefined && matchGoPath(name, path) === true);
    if (found.length === 0) {
      throw new CommandError("TemplateMissing", `could not find template ${name} in chart`);
    }
    for (const { document } of found) shown += `---\n${document}\n`;
  }
  return shown;
}

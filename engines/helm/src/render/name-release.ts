import type { Clock, Random } from "@weir/core";
import {
  createTemplateRun,
  executeTemplate,
  parseTemplate,
  sprigFunctions,
  TemplateSet,
} from "@weir/gotemplate";

/** The name that a template gives a release: `--name-template`. Throws Go's errors as they are. */
export function nameRelease(
  template: string,
  context: { readonly clock: Clock; readonly random: Random },
): string {
  const name = "name-template";
  const set = TemplateSet.empty.with(parseTemplate(name, template, sprigFunctions));
  return executeTemplate(set, name, null, { functions: sprigFunctions, run: createTemplateRun(context) });
}

import { FakeClock, seededRandom } from "@weir/core";
import { type GoFunction, type GoValue } from "@weir/text";

import {
  createTemplateRun,
  executeTemplate,
  type ExecuteTemplateOptions,
  parseTemplate,
  type TemplateBudgets,
  type TemplateRun,
  TemplateSet,
} from "../src/index.ts";

/** A run whose time stands still. */
export function aRun(budgets: TemplateBudgets = {}): TemplateRun {
  return createTemplateRun({ clock: new FakeClock(), random: seededRandom(1), budgets });
}

/** Go's map of what JSON can hold. */
export function aMap(entries: Readonly<Record<string, GoValue>>): Map<string, GoValue> {
  return new Map(Object.entries(entries));
}

/** How a template is to be rendered; by default with nothing. */
export interface RenderSetting extends Partial<ExecuteTemplateOptions> {
  readonly data?: GoValue;
}

/** The output of a text that is parsed as `t`. */
export function render(text: string, setting: RenderSetting = {}): string {
  const { data = null, functions = new Map<string, GoFunction>(), run = aRun(), ...rest } = setting;
  const set = TemplateSet.empty.with(parseTemplate("t", text, functions));
  return executeTemplate(set, "t", data, { functions, run, ...rest });
}

/** What an act throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

import {
  defineFunction,
  type ParsedTemplate,
  TemplateBudgetError,
  type TemplateEntry,
  type TemplateFunction,
  TemplateParseError,
  TemplateSet,
} from "@weir/gotemplate";
import { GoCallError, type GoFunction, type GoValue, quoteGo } from "@weir/text";

import type { RenderRun } from "../render/render-run.ts";

/** What `fail` and `required` put around their message, so that only it is shown. */
const MESSAGE_START = "HELM_ERR_START";
const MESSAGE_END = "HELM_ERR_END";
const MESSAGE = new RegExp(`${MESSAGE_START}([^]*)${MESSAGE_END}`);

/** The message that `fail` or `required` put into the text of an error. */
export function markedMessage(text: string): string | undefined {
  return MESSAGE.exec(text)?.[1];
}

function failWith(message: string): never {
  throw new GoCallError(MESSAGE_START + message + MESSAGE_END);
}

/** The template that all others belong to; texts of `tpl` are given its name. */
const ROOT_NAME = "gotpl";
/** A name may be included this often within itself. */
const DEEPEST_INCLUDE = 1000;

/** The run of a render is always of Helm's kind. */
function renderRunOf(run: unknown): RenderRun {
  return run as RenderRun;
}

/** Counts how often a name is within itself, and stops where Helm does. */
function enterInclude(name: string, data: GoValue, run: RenderRun): TemplateEntry {
  const depth = run.included.get(name) ?? 0;
  if (depth > DEEPEST_INCLUDE) {
    throw new GoCallError(
      `rendering template has a nested reference name: ${name}: unable to execute template`,
    );
  }
  const set = run.templates;
  if (!set.has(name)) {
    throw new GoCallError(
      `template: no template ${quoteGo(name)} associated with template ${quoteGo(ROOT_NAME)}`,
    );
  }
  run.included.set(name, depth + 1);
  const leave = (): void => {
    run.included.set(name, depth);
  };
  return {
    set,
    name,
    data,
    leave: (output) => {
      leave();
      return output;
    },
    fail: (error) => {
      leave();
      return error;
    },
  };
}

/** Texts may run texts this deep: Helm has no limit, and dies of it. */
const DEEPEST_TEXT = 1000;
/** What a text costs besides what it does. */
const TEXT_STEPS = 50;

/** What a text defines is seen by what it includes, and by nothing outside of it. */
function enterText(text: string, data: GoValue, run: RenderRun): TemplateEntry {
  if (run.textDepth >= DEEPEST_TEXT) throw new TemplateBudgetError("depth", DEEPEST_TEXT);
  run.chargeSteps(TEXT_STEPS);
  const outer = run.templates;
  const parsed = parseText(text, run);
  run.templates = run.cache.extend(outer, parsed);
  // Of a text within a text, an empty one replaces nothing, and yet is what is executed.
  const isEmpty = parsed.templates.get(ROOT_NAME)?.definition.isEmpty === true;
  run.textDepth += 1;
  const leave = (): void => {
    run.templates = outer;
    run.textDepth -= 1;
  };
  return {
    set: isEmpty ? TemplateSet.empty.with(parsed) : run.templates,
    name: ROOT_NAME,
    data,
    leave: (output) => {
      leave();
      return withoutNoValue(output);
    },
    fail: (error) => {
      leave();
      const problem = `error during tpl function execution for ${quoteGo(text)}: ${error.message}`;
      return new GoCallError(problem, { cause: error });
    },
  };
}

function parseText(text: string, run: RenderRun): ParsedTemplate {
  try {
    return run.cache.parseText(ROOT_NAME, text);
  } catch (error) {
    if (!(error instanceof TemplateParseError)) throw error;
    throw new GoCallError(`cannot parse template ${quoteGo(text)}: ${error.message}`, { cause: error });
  }
}

/** What Go prints for a value that there is not. */
const NO_VALUE = "<no value>";

/** What was rendered without what stands for values that there are not. */
export function withoutNoValue(text: string): string {
  return text.replaceAll(NO_VALUE, "");
}

function defineTemplateFunction(
  name: string,
  enter: (text: string, data: GoValue, run: RenderRun) => TemplateEntry,
): TemplateFunction {
  return {
    ...defineFunction(name, ["string", "interface {}"], "string", () => ""),
    enter: ([text = "", data = null], run) => enter(text as string, data as GoValue, renderRunOf(run)),
  };
}

function required(message: string, value: GoValue, { isLint, notify }: RenderRun): GoValue {
  if (value !== null && value !== "") return value;
  if (!isLint) failWith(message);
  const what = value === null ? "missing required value" : "missing required values";
  notify({ level: "WARN", message: what, fields: [["message", message]] });
  return "";
}

function fail(message: string, { isLint, notify }: RenderRun): string {
  if (!isLint) failWith(message);
  notify({ level: "INFO", message: "funcMap fail", fields: [["message", message]] });
  return "";
}

/** Helm's functions that run templates, end a render or look into a cluster. */
export const templateFunctions: readonly GoFunction[] = [
  defineTemplateFunction("include", enterInclude),
  defineTemplateFunction("tpl", enterText),
  defineFunction("required", ["string", "interface {}"], "interface {}", ([message, value], run) =>
    required(message, value, renderRunOf(run)),
  ),
  defineFunction("fail", ["string"], "string", ([message], run) => fail(message, renderRunOf(run))),
  defineFunction(
    "lookup",
    ["string", "string", "string", "string"],
    "map[string]interface {}",
    ([apiVersion, kind, namespace, name], run) =>
      renderRunOf(run).lookup({ apiVersion, kind, namespace, name }),
  ),
  // Names are never resolved: Helm does that only where it is asked to.
  defineFunction("getHostByName", ["string"], "string", () => ""),
];

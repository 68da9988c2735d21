import { WeirError } from "@weir/core";
import type { Chart } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import { capabilitiesOf, type KubeVersion } from "../context/capabilities.ts";
import { nodeOf } from "../dependencies/chart-node.ts";
import { processDependencies } from "../dependencies/process-dependencies.ts";
import { goTable } from "../render/prepare-chart.ts";
import { renderFiles } from "../render/render-chart.ts";
import { hasSchema, validateValues } from "../schema/validate-values.ts";
import { coalesceValues } from "../values/coalesce.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { type Table, tableOf, valuesOf } from "../values/table.ts";
import { deprecationOf } from "./deprecated-kinds.ts";
import { indentProblem, lintedObjects, listProblem, nameProblem, selectorProblem } from "./lint-documents.ts";
import type { LintFindings } from "./lint-finding.ts";

const FOLDER = "templates/";

/** What templates are rendered with. */
export interface TemplateLintOptions {
  readonly values: HelmValues;
  readonly namespace: string;
  readonly kubeVersion: KubeVersion;
  readonly skipSchemaValidation: boolean;
  readonly notify: Notify;
}

/** Renders the templates of a chart and looks at what comes of them. */
export function lintTemplates(findings: LintFindings, chart: Chart, options: TemplateLintOptions): void {
  const ready = prepare(findings, chart, options);
  if (ready === undefined) return;
  const files = render(findings, ready, options);
  if (files === undefined) return;
  for (const { name } of ready.chart.templates) {
    findings.add("ERROR", name, extensionProblem(name));
    if (!/\.ya?ml$/i.test(name)) continue;
    const text = files.get(`${ready.chart.metadata.name}/${name}`) ?? "";
    if (text.trim() === "") continue;
    findings.add("WARNING", name, indentProblem(text));
    if (!lintObjects(findings, { name, text }, options.kubeVersion)) return;
  }
}

interface Ready {
  readonly chart: Chart;
  readonly values: Table;
}

/** The values are coalesced twice, as helm's linter does; what does not even fit together is not this rule's matter. */
function prepare(findings: LintFindings, chart: Chart, options: TemplateLintOptions): Ready | undefined {
  const { notify } = options;
  try {
    const processed = processDependencies(chart, options.values, notify);
    const node = nodeOf(processed);
    const once = coalesceValues(node, tableOf(options.values), "coalesce", notify);
    const values = coalesceValues(node, once, "coalesce", notify);
    if (options.skipSchemaValidation || !hasSchema(processed)) return { chart: processed, values };
    const isMet = attempt(findings, () => validateValues(processed, valuesOf(values), { notify }));
    return isMet === undefined ? undefined : { chart: processed, values };
  } catch (error) {
    if (error instanceof WeirError) return undefined;
    throw error;
  }
}

function render(
  findings: LintFindings,
  { chart, values }: Ready,
  { namespace, kubeVersion, notify }: TemplateLintOptions,
): ReadonlyMap<string, string> | undefined {
  const found = attempt(findings, () => {
    const prepared = { chart, values: goTable(values), warnings: [] };
    const release = { name: "test-release", namespace, revision: 0 };
    const capabilities = { ...capabilitiesOf(), kubeVersion };
    return renderFiles(prepared, { release, capabilities, isLint: true, notify }).files;
  });
  return found?.result;
}

/** What an act gives; a finding and undefined where it fails. */
function attempt<Result>(findings: LintFindings, act: () => Result): { readonly result: Result } | undefined {
  try {
    return { result: act() };
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    findings.add("ERROR", FOLDER, error.message);
    return undefined;
  }
}

const EXTENSIONS = new Set([".yaml", ".yml", ".tpl", ".txt"]);

function extensionProblem(name: string): string | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const dot = base.lastIndexOf(".");
  const extension = dot === -1 ? "" : base.slice(dot);
  if (EXTENSIONS.has(extension)) return undefined;
  return `file extension '${extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`;
}

interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

/** False where a document is no YAML: then helm's linter looks at no further file. */
function lintObjects(
  findings: LintFindings,
  { name, text }: RenderedFile,
  kubeVersion: KubeVersion,
): boolean {
  for (const object of lintedObjects(text)) {
    if (typeof object === "string") return findings.add("ERROR", name, object);
    findings.add("WARNING", name, nameProblem(object));
    findings.add("WARNING", name, deprecationOf(object.apiVersion, object.kind, kubeVersion));
    findings.add("ERROR", name, selectorProblem(object, text));
    findings.add("ERROR", name, listProblem(object, text));
  }
  return true;
}

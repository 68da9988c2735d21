import { systemClock } from "@weir/core";
import { InvalidManifestError, type RenderedChart, templateText, withSource } from "@weir/helm";

import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { prepareInputs, readChartInputs, renderInputs } from "./chart-inputs.ts";
import { type HelmFlagValues, parseHelmFlags } from "./helm-flags.ts";
import { checkRegistryConfig } from "./registry-files.ts";
import { nameAndChart } from "./release-of.ts";
import { reportHelmError } from "./report-helm-error.ts";
import { showOnly } from "./show-only.ts";
import { describeHelmFlags, TEMPLATE_FLAGS } from "./template-flags.ts";
import { writeTemplates } from "./write-templates.ts";

const HINT = "\n\nUse --debug flag to render out invalid YAML";

/** Runs `weir template` with helm's flags, in its words. Gives the exit code: 0, or 1 where anything failed. */
export async function runTemplate(args: readonly string[], environment: Environment): Promise<number> {
  const { write, writeError } = environment;
  try {
    const flags = parseHelmFlags(args, TEMPLATE_FLAGS, (line) => writeError(`${line}\n`));
    checkRegistryConfig(flags, environment.workingDirectory);
    if (flags.bool("help")) write(templateHelp());
    else await template(flags, environment);
    return 0;
  } catch (error) {
    return reportHelmError(error, writeError);
  }
}

/** What `weir template --help` prints. */
export function templateHelp(): string {
  return `Render a chart and print its manifests, as helm template does.

Usage:
  weir template [NAME] CHART [flags]

Flags:
${describeHelmFlags(TEMPLATE_FLAGS)}`;
}

async function template(flags: HelmFlagValues, environment: Environment): Promise<void> {
  if (flags.operands.length === 0) {
    const usage = "Usage:  weir template [NAME] [CHART] [flags]";
    throw new CommandError("InvalidArguments", `"weir template" requires at least 1 argument\n\n${usage}`);
  }
  checkGroups(flags);
  checkDryRun(flags, environment.writeError);
  const { name: releaseName, chart } = nameAndChart(flags, systemClock);
  const inputs = await readChartInputs({ chart, releaseName }, flags, environment);
  const prepared = prepareInputs(inputs);
  await print(() => renderInputs(prepared, inputs), { flags, environment, releaseName });
}

interface Printing {
  readonly flags: HelmFlagValues;
  readonly environment: Environment;
  readonly releaseName: string;
}

async function print(
  render: () => Promise<RenderedChart>,
  { flags, environment, releaseName }: Printing,
): Promise<void> {
  const { write, workingDirectory } = environment;
  const shown = {
    includeCrds: flags.bool("include-crds"),
    noHooks: flags.bool("no-hooks"),
    skipTests: flags.bool("skip-tests"),
  };
  let rendered: RenderedChart;
  try {
    rendered = await render();
  } catch (error) {
    if (!flags.bool("debug")) throw withHint(error);
    write(`${brokenText(error).trim()}\n`);
    throw error;
  }
  const only = flags.all("show-only");
  const folder = flags.text("output-dir");
  if (folder !== "") {
    const hint = flags.bool("debug") ? "" : HINT;
    const releaseFolder = flags.bool("release-name") ? releaseName : undefined;
    await writeTemplates(rendered, { folder, releaseFolder, ...shown, workingDirectory, write, hint });
    // Nothing is left that could be shown.
    write(only.length === 0 ? "\n" : showOnly("", only));
    return;
  }
  const text = templateText(rendered, shown);
  write(only.length === 0 ? text : showOnly(text, only));
}

/** Helm tells everyone whose chart fails how to see what was rendered. */
function withHint(error: unknown): CommandError {
  const message = error instanceof Error ? error.message : String(error);
  return new CommandError("TemplateFailed", message + HINT, { cause: error });
}

/** What was rendered, where it was a document that could not be read. */
function brokenText(error: unknown): string {
  if (!(error instanceof InvalidManifestError)) return "";
  const files = [...error.files].filter(([, text]) => text.trim() !== "");
  return files.map(([path, text]) => withSource(path, text)).join("");
}

/** Flags of which only one may be given. */
const GROUPS: readonly (readonly string[])[] = [
  ["force", "force-conflicts"],
  ["force-replace", "force-conflicts"],
];

function checkGroups(flags: HelmFlagValues): void {
  for (const group of GROUPS) {
    const given = group.filter((name) => flags.isGiven(name)).sort();
    if (given.length < 2) continue;
    const rule = `if any flags in the group [${group.join(" ")}] are set none of the others can be`;
    throw new CommandError("InvalidFlag", `${rule}; [${given.join(" ")}] were all set`);
  }
}

function checkDryRun(flags: HelmFlagValues, writeError: (text: string) => void): void {
  if (!flags.isGiven("dry-run")) return;
  const value = flags.text("dry-run");
  if (value === "client") return;
  if (value === "server") {
    throw new CommandError(
      "FlagRefused",
      "--dry-run=server is refused: templates are rendered without a cluster",
    );
  }
  const isTrue = ["1", "t", "T", "TRUE", "true", "True"].includes(value);
  if (value !== "unset" && !isTrue) {
    const isKnown = ["none", "0", "f", "F", "FALSE", "false", "False"].includes(value);
    const words = isKnown ? '"server" or "client"' : '"none", "server", or "client"';
    throw new CommandError(
      "InvalidFlag",
      `invalid dry-run value (${JSON.stringify(value)}). Must be ${words}`,
    );
  }
  const message = isTrue
    ? `boolean '--dry-run=${value}' flag is deprecated and must be replaced with '--dry-run=client'`
    : "--dry-run is deprecated and should be replaced with '--dry-run=client'";
  writeError(`level=WARN msg=${JSON.stringify(message)}\n`);
}

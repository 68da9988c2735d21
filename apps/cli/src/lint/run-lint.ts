import { type ChartNotice, formatFinding, formatNotice, type HelmValues, type LintFinding } from "@weir/helm";

import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { fetchValuesOf, kubeVersionOf } from "../template/chart-inputs.ts";
import { type HelmFlagValues, parseHelmFlags } from "../template/helm-flags.ts";
import { readValues } from "../template/read-values.ts";
import { checkRegistryConfig } from "../template/registry-files.ts";
import { currentNamespace } from "../template/release-of.ts";
import { reportHelmError } from "../template/report-helm-error.ts";
import { describeHelmFlags } from "../template/template-flags.ts";
import { LINT_FLAGS } from "./lint-flags.ts";
import { type Linted, lintPath } from "./lint-path.ts";
import { lintPaths } from "./lint-paths.ts";

/** Runs `weir lint` with helm's flags, in its words. Gives the exit code: 0, or 1 where anything failed. */
export async function runLint(args: readonly string[], environment: Environment): Promise<number> {
  const { write, writeError } = environment;
  try {
    const flags = parseHelmFlags(args, LINT_FLAGS, (line) => writeError(`${line}\n`));
    checkRegistryConfig(flags, environment.workingDirectory);
    if (flags.bool("help")) write(lintHelp());
    else await lint(flags, environment);
    return 0;
  } catch (error) {
    return reportHelmError(error, writeError);
  }
}

/** What `weir lint --help` prints. */
export function lintHelp(): string {
  return `Say what is wrong or unusual about charts, as helm lint does.

Usage:
  weir lint PATH... [flags]

Flags:
${describeHelmFlags(LINT_FLAGS)}`;
}

async function lint(flags: HelmFlagValues, environment: Environment): Promise<void> {
  const { operands } = flags;
  const { write, writeError, workingDirectory } = environment;
  if (operands.length === 0) {
    const usage = "Usage:  weir lint PATH [flags]";
    throw new CommandError("InvalidArguments", `"weir lint" requires at least 1 argument\n\n${usage}`);
  }
  const kubeVersion = kubeVersionOf(flags);
  const paths = lintPaths(operands, flags.bool("with-subcharts"), workingDirectory);
  const given = flags.text("namespace");
  const notify = (notice: ChartNotice): void => writeError(`${formatNotice(notice)}\n`);
  using source = fetchValuesOf(flags, environment);
  let values = await readValues(flags, workingDirectory, source.fetch);
  const options = {
    onValues: (filled: HelmValues) => {
      values = filled;
    },
    namespace: given === "" ? currentNamespace(environment) : given,
    skipSchemaValidation: flags.bool("skip-schema-validation"),
    notify,
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
  };
  const reports = paths.map((path) =>
    reportOf(path, lintPath(path, workingDirectory, { ...options, values }), flags),
  );
  for (const { text } of reports) write(text);
  const failed = reports.filter(({ isFailed }) => isFailed).length;
  const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
  if (failed > 0) throw new CommandError("LintFailed", summary);
  if (!flags.bool("quiet") || reports.some(({ text }) => text !== "")) write(`${summary}\n`);
}

interface Report {
  readonly text: string;
  readonly isFailed: boolean;
}

/** What is said of one chart; nothing, where nothing is to be said. */
function reportOf(path: string, linted: Linted, flags: HelmFlagValues): Report {
  const isQuiet = flags.bool("quiet");
  const head = `==> Linting ${path}\n`;
  if (linted.kind === "unreadable") return { text: `${head}Error ${linted.problem}\n\n`, isFailed: true };
  const { findings } = linted;
  const isGrave = ({ severity }: LintFinding): boolean => severity !== "INFO";
  const isFailure = ({ severity }: LintFinding): boolean =>
    severity === "ERROR" || (severity === "WARNING" && flags.bool("strict"));
  if (isQuiet && !findings.some(isGrave)) return { text: "", isFailed: false };
  const shown = isQuiet ? findings.filter(isGrave) : findings;
  const lines = shown.map((finding) => `${formatFinding(finding)}\n`);
  return { text: `${head}${lines.join("")}\n`, isFailed: findings.some(isFailure) };
}

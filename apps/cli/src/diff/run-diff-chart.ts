import { type Clock, compareUtf8, seededRandom, systemClock } from "@weir/core";
import { renderPrepared } from "@weir/helm";

import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { prepareInputs, readChartInputs } from "../template/chart-inputs.ts";
import { type HelmFlag, parseHelmFlags, type HelmFlagValues } from "../template/helm-flags.ts";
import { CONTEXT_FLAGS, GLOBAL_FLAGS, describeHelmFlags, VALUE_FLAGS } from "../template/template-flags.ts";
import { type RenderedObject, renderedObjects } from "./rendered-objects.ts";
import { hideSecrets, shownFields, shownLines } from "./show-objects.ts";

const OWN_FLAGS: readonly HelmFlag[] = [
  {
    name: "text",
    kind: "bool",
    help: "show the lines that differ, comments and order included, not the fields",
  },
  { name: "show-secrets", kind: "bool", help: "show the values of Secrets" },
  { name: "name", kind: "text", help: "name of the release; release-name by default" },
];

const FLAGS: readonly HelmFlag[] = [
  ...OWN_FLAGS,
  ...VALUE_FLAGS,
  ...CONTEXT_FLAGS.filter(({ name }) => !["include-crds", "no-hooks", "skip-tests"].includes(name)),
  ...GLOBAL_FLAGS.filter(({ name }) => name === "namespace"),
  { name: "help", short: "h", kind: "bool" },
];

/** As `diff`: nothing differs, something does, it could not be told. */
const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

/** Runs `weir diff chart A B`: what of the objects of two charts differs, rendered with the same values. */
export async function runDiffChart(args: readonly string[], environment: Environment): Promise<number> {
  const { write, writeError } = environment;
  try {
    const flags = parseHelmFlags(args, FLAGS, (line) => writeError(`${line}\n`));
    if (flags.bool("help")) {
      write(diffChartHelp());
      return SAME;
    }
    const text = await diffCharts(flags, environment);
    write(text);
    return text === "" ? SAME : DIFFERENT;
  } catch (error) {
    writeError(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

/** What `weir diff chart --help` prints. */
export function diffChartHelp(): string {
  return `Show how the objects of two charts differ, rendered with the same values: exit code 0 where they do not, 1 where they do.

Usage:
  weir diff chart A B [flags]

Flags:
${describeHelmFlags(FLAGS)}`;
}

async function diffCharts(flags: HelmFlagValues, environment: Environment): Promise<string> {
  const [before, after, ...others] = flags.operands;
  if (before === undefined || after === undefined || others.length > 0) {
    throw new CommandError("InvalidArguments", '"weir diff chart" takes two charts');
  }
  const now = systemClock.now();
  const run = { flags, environment, clock: { ...systemClock, now: () => now } };
  const left = await objectsOf(before, run);
  const right = await objectsOf(after, run);
  const ids = [...new Set([...left.keys(), ...right.keys()])].sort(compareUtf8);
  const show = flags.bool("text") ? shownLines : shownFields;
  return ids
    .map((id) => {
      const pair = hideSecrets({ before: left.get(id), after: right.get(id) }, flags.bool("show-secrets"));
      return show(id, pair);
    })
    .join("");
}

interface DiffRun {
  readonly flags: HelmFlagValues;
  readonly environment: Environment;
  /** It stands still. */
  readonly clock: Clock;
}

/** Time and randomness are the same for both charts, so that neither makes them differ. */
async function objectsOf(
  chart: string,
  { flags, environment, clock }: DiffRun,
): Promise<ReadonlyMap<string, RenderedObject>> {
  const releaseName = flags.text("name") === "" ? "release-name" : flags.text("name");
  const inputs = await readChartInputs({ chart, releaseName }, flags, environment);
  const rendered = renderPrepared(prepareInputs(inputs), {
    ...inputs.options,
    clock,
    random: seededRandom(1),
  });
  return renderedObjects(rendered, inputs.options.release.namespace);
}

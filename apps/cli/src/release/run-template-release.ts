import { describeError } from "@weir/core";
import { templateText } from "@weir/helm";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { type HelmFlag, parseHelmFlags } from "../template/helm-flags.ts";
import { showOnly } from "../template/show-only.ts";
import { describeHelmFlags, FETCH_FLAGS } from "../template/template-flags.ts";
import { previewNamed, RELEASE_FLAGS, releaseNamed } from "./preview.ts";

const FLAGS: readonly HelmFlag[] = [
  ...RELEASE_FLAGS,
  { name: "no-hooks", kind: "bool", help: "leave hooks out" },
  { name: "skip-tests", kind: "bool", help: "leave tests out" },
  { name: "skip-crds", kind: "bool", help: "leave the CRDs of the chart out" },
  {
    name: "show-only",
    short: "s",
    kind: "array",
    help: "print what comes of these templates only; may repeat",
  },
  ...FETCH_FLAGS.filter(({ name }) => !["dependency-update", "repo", "version", "devel"].includes(name)),
  { name: "help", short: "h", kind: "bool" },
];

/** Runs `weir template hr/NAME`: what the controller would release next. Gives the exit code. */
export async function runTemplateRelease(args: readonly string[], environment: Environment): Promise<number> {
  const { write, writeError } = environment;
  try {
    const flags = parseHelmFlags(args, FLAGS, (line) => writeError(`${line}\n`));
    if (flags.bool("help")) {
      write(templateReleaseHelp());
      return 0;
    }
    const [operand = "", ...others] = flags.operands;
    const name = releaseNamed(operand);
    if (name === undefined || others.length > 0) {
      throw new CommandError("InvalidArguments", "name one release: hr/NAME");
    }
    const { release, preview } = await previewNamed(name, flags, { environment });
    const policy = preview.last === undefined ? release.spec.install?.crds : release.spec.upgrade?.crds;
    const text = templateText(preview.rendered, {
      includeCrds: policy !== "Skip" && !flags.bool("skip-crds"),
      noHooks: flags.bool("no-hooks"),
      skipTests: flags.bool("skip-tests"),
    });
    const only = flags.all("show-only");
    write(only.length === 0 ? text : showOnly(text, only));
    return 0;
  } catch (error) {
    writeError(`weir: ${describeError(error)}\n`);
    return 1;
  }
}

/** What `weir template hr/NAME --help` prints. */
export function templateReleaseHelp(): string {
  return `Print what a HelmRelease would install next: with its values, post-renderers and common metadata.

Usage:
  weir template hr/NAME [flags]

Flags:
${describeHelmFlags(FLAGS)}`;
}

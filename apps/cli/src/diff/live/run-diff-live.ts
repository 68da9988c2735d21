import { describeError } from "@weir/core";
import { CommandError } from "../../cli-error.ts";
import type { Environment } from "../../environment.ts";
import { findKind } from "../../objects/flux-kinds.ts";
import { openCluster } from "../../objects/open-cluster.ts";
import { type HelmFlag, type HelmFlagValues, parseHelmFlags } from "../../template/helm-flags.ts";
import { describeHelmFlags, FETCH_FLAGS } from "../../template/template-flags.ts";
import { compareLive, type LiveComparison } from "./compare-live.ts";
import type { DiffTarget } from "./diff-kustomization.ts";

const FLAGS: readonly HelmFlag[] = [
  { name: "namespace", short: "n", kind: "text", help: "namespace of the object; flux-system by default" },
  { name: "kubeconfig", kind: "text", help: "kubeconfig of the cluster" },
  {
    name: "from-file",
    kind: "array",
    help: "file that holds the HelmRelease and what it refers to; may repeat",
  },
  { name: "chart", kind: "text", help: "folder, archive or URL of the chart of a HelmRelease" },
  ...FETCH_FLAGS.filter(({ name }) => !["dependency-update", "repo", "version", "devel"].includes(name)),
  {
    name: "path",
    kind: "text",
    help: "local folder that a Kustomization builds; what its source has by default",
  },
  { name: "kustomization-file", kind: "text", help: "local file that holds the Kustomization" },
  { name: "strict-substitute", kind: "bool", help: "fail where a variable has neither value nor default" },
  { name: "ignore-paths", kind: "slice", help: "files to leave out, in the syntax of .gitignore" },
  {
    name: "remote-bases",
    kind: "bool",
    help: "fetch repositories and files that kustomizations name by URL",
  },
  { name: "text", kind: "bool", help: "show the lines that differ, not the fields" },
  { name: "show-secrets", kind: "bool", help: "show the values of Secrets" },
  { name: "help", short: "h", kind: "bool" },
];

/** As `diff`: nothing would change, something would, it could not be told. */
const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

/** Runs `weir diff ks/NAME` and `weir diff hr/NAME`: what would change on the cluster. */
export async function runDiffLive(args: readonly string[], environment: Environment): Promise<number> {
  const { write, writeError } = environment;
  try {
    const flags = parseHelmFlags(args, FLAGS, (line) => writeError(`${line}\n`));
    if (flags.bool("help") || flags.operands.length === 0) {
      write(diffHelp());
      return SAME;
    }
    const { text, problems } = await difference(flags, environment);
    write(text);
    for (const problem of problems) writeError(`✗ ${problem}\n`);
    if (problems.length > 0) return FAILED;
    return text === "" ? SAME : DIFFERENT;
  } catch (error) {
    writeError(`weir: ${describeError(error)}\n`);
    return FAILED;
  }
}

/** What `weir diff --help` prints. */
export function diffHelp(): string {
  return `Show what an object would change on its cluster, by a dry run there: exit code 0 for nothing, 1 for something, 2 where it cannot be told.

Usage:
  weir diff ks/NAME [flags]     what a Kustomization would change, from a local folder or from what its source has
  weir diff hr/NAME [flags]     what a HelmRelease would change
  weir diff chart A B [flags]   how the objects of two charts differ; see weir diff chart --help

Flags:
${describeHelmFlags(FLAGS)}`;
}

async function difference(
  flags: HelmFlagValues,
  environment: Environment,
): Promise<{ readonly text: string; readonly problems: readonly string[] }> {
  const { kind, name } = readOperands(flags.operands);
  const kubeconfig = flags.text("kubeconfig");
  await using cluster = await openCluster(environment, kubeconfig === "" ? undefined : kubeconfig);
  const { client } = cluster;
  const namespace = flags.text("namespace") === "" ? "flux-system" : flags.text("namespace");
  const comparison = await comparisonOf(kind, { name, namespace, client, flags, environment });
  return await compareLive(comparison, {
    client,
    signal: environment.signal,
    showsSecrets: flags.bool("show-secrets"),
    asText: flags.bool("text"),
  });
}

/** `ks/NAME` and `ks NAME` are the same. */
function readOperands(operands: readonly string[]): { readonly kind: string; readonly name: string } {
  const [kind = "", name = "", ...others] = operands.flatMap((operand) => operand.split("/"));
  if (name === "" || others.length > 0) {
    throw new CommandError("InvalidArguments", "name one object: ks/NAME or hr/NAME");
  }
  return { kind: findKind(kind).kind.kind, name };
}

async function comparisonOf(kind: string, target: DiffTarget): Promise<LiveComparison> {
  switch (kind) {
    case "Kustomization": {
      const { kustomizationComparison } = await import("./diff-kustomization.ts");
      return kustomizationComparison(target);
    }
    case "HelmRelease": {
      const { releaseComparison } = await import("./release-comparison.ts");
      return releaseComparison(target);
    }
    default:
      throw new CommandError(
        "InvalidArguments",
        `a ${kind} applies nothing: name a Kustomization or a HelmRelease`,
      );
  }
}

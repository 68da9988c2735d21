import { systemClock } from "@weir/core";
import { previewRelease, type ReleasePreview } from "@weir/helm-controller";
import type { KubeClient } from "@weir/client";
import type { HelmRelease } from "@weir/api";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { openCluster } from "../objects/open-cluster.ts";
import type { HelmFlag, HelmFlagValues } from "../template/helm-flags.ts";
import { findInFiles, findOnCluster, type FoundRelease } from "./find-release.ts";
import { openReleaseChart } from "./open-release-chart.ts";

/** The flags of commands that render a HelmRelease. */
export const RELEASE_FLAGS: readonly HelmFlag[] = [
  { name: "namespace", short: "n", kind: "text", help: "namespace of the object; flux-system by default" },
  { name: "kubeconfig", kind: "text", help: "kubeconfig of the cluster" },
  {
    name: "from-file",
    kind: "array",
    help: "file that holds the HelmRelease and what it refers to, in place of the cluster; may repeat",
  },
  {
    name: "chart",
    kind: "text",
    help: "folder, archive or URL of the chart, in place of what its source has",
  },
];

/** A HelmRelease as it would be released. */
export interface PreviewedRelease {
  readonly release: HelmRelease;
  readonly preview: ReleasePreview;
}

/** Renders the HelmRelease of a name, from the cluster, or from files where some are given. */
export async function previewNamed(
  name: string,
  flags: HelmFlagValues,
  { environment, client }: { readonly environment: Environment; readonly client?: KubeClient },
): Promise<PreviewedRelease> {
  const namespace = flags.text("namespace") === "" ? "flux-system" : flags.text("namespace");
  const key = { namespace, name };
  const files = flags.all("from-file");
  await using opened = new AsyncDisposableStack();
  let cluster = client;
  if (cluster === undefined && files.length === 0) {
    const kubeconfig = flags.text("kubeconfig");
    const open = opened.use(await openCluster(environment, kubeconfig === "" ? undefined : kubeconfig));
    cluster = open.client;
  }
  const found = await find(files, key, { environment, client: cluster });
  const { chart, version } = await openReleaseChart(found, flags, environment);
  const preview = await previewRelease({
    ...found,
    chart,
    version,
    clock: systemClock,
    signal: environment.signal,
    ...(cluster === undefined ? {} : { client: cluster }),
  });
  return { release: found.release, preview };
}

function find(
  files: readonly string[],
  key: { readonly namespace: string; readonly name: string },
  { environment, client }: { readonly environment: Environment; readonly client: KubeClient | undefined },
): Promise<FoundRelease> {
  if (files.length > 0) return findInFiles(files, key, environment.workingDirectory);
  if (client !== undefined) return findOnCluster(client, key);
  throw new CommandError("NoCluster", "there is neither a cluster nor a file to read the release from");
}

/** The name that `hr/NAME` names; `undefined` for anything else. */
export function releaseNamed(operand: string): string | undefined {
  return /^(?:hr|helmrelease|helmreleases)\/([^/]+)$/i.exec(operand)?.[1];
}

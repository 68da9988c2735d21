import { readChartArchive } from "@weir/helm";
import type { ChartReference, ChartSourceFile } from "@weir/kustomize";
import type { Environment } from "../../environment.ts";
import { ChartSource } from "../../template/chart-source.ts";
import { parseHelmFlags } from "../../template/helm-flags.ts";
import { TEMPLATE_FLAGS } from "../../template/template-flags.ts";

/** Fetches a chart that a kustomization names, as `helm pull` would; nothing is written to the folder. */
export async function pullChart(
  { repo, name, version, devel }: ChartReference,
  { workingDirectory, signal }: Pick<Environment, "workingDirectory" | "signal">,
): Promise<readonly ChartSourceFile[]> {
  const isRegistry = repo.startsWith("oci://");
  const reference = isRegistry ? `${repo.replace(/\/$/, "")}/${name}` : name;
  const args = [
    ...(isRegistry ? [] : [`--repo=${repo}`]),
    ...(version === "" ? [] : [`--version=${version}`]),
    ...(devel ? ["--devel"] : []),
    "--",
    reference,
  ];
  const flags = parseHelmFlags(args, TEMPLATE_FLAGS, () => undefined);
  using source = new ChartSource({ flags, workingDirectory, signal, reference, notify: () => undefined });
  const files = readChartArchive(await source.fetchChart(reference));
  return files.map(({ name: path, data }) => ({ path, data }));
}

import { memoryTree, systemClock, systemRandom } from "@weir/core";
import {
  capabilitiesOf,
  type ChartNotice,
  type HelmValues,
  loadChartFolder,
  loadValues,
  mergeValues,
  nameRelease,
  parseKubeVersion,
  renderChart,
  templateText,
} from "@weir/helm";
import type { ChartRequest } from "@weir/kustomize";
import { CommandError } from "../../cli-error.ts";
import { checkInstallable, missingDependencies } from "../../template/open-chart.ts";

/** Renders a chart of a kustomization as `helm template` would, in this process. Throws errors with helm's messages. */
export function inflateChart(request: ChartRequest, notify: (notice: ChartNotice) => void): string {
  const tree = memoryTree(new Map(request.files.map(({ path, data }) => [path, data])));
  const chart = loadChartFolder(tree, "", { notify });
  checkInstallable(chart);
  const missing = missingDependencies(chart);
  if (missing !== undefined) throw missing;
  let values: HelmValues = {};
  for (const content of request.values) values = mergeValues(values, loadValues(content));
  const { namespace, kubeVersion, apiVersions, includeCrds, skipHooks: noHooks, skipTests } = request;
  const rendered = renderChart(chart, values, {
    release: { name: releaseName(request), namespace: namespace === "" ? "default" : namespace },
    capabilities: capabilitiesOf(kubeVersion === "" ? undefined : parseKubeVersion(kubeVersion), apiVersions),
    clock: systemClock,
    notify,
  });
  return templateText(rendered, { includeCrds, noHooks, skipTests });
}

function releaseName({ releaseName: name, nameTemplate }: ChartRequest): string {
  if (nameTemplate === "") return name === "" ? "release-name" : name;
  if (name !== "") {
    throw new CommandError("InvalidArguments", "cannot set --name-template and also specify a name");
  }
  return nameRelease(nameTemplate, { clock: systemClock, random: systemRandom });
}

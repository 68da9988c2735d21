import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryTree } from "@weir/core";
import { loadChartFolder, packageChart } from "@weir/helm";
import { expect, test } from "vitest";
import { buildFixture } from "./build-fixture.ts";

const CHART = {
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "values.yaml": "text: of the chart\n",
  "templates/map.yaml":
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\ndata:\n  text: {{ .Values.text }}\n  kube: {{ .Capabilities.KubeVersion.Version }}\n  has: {{ .Capabilities.APIVersions.Has "x/v1" | quote }}\n',
};

function under(folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(CHART).map(([path, text]) => [`${folder}/${path}`, text]));
}

/** What kustomize 5.8.1 builds of it with helm 4.2.3. */
const OUTPUT = `apiVersion: v1
data:
  has: "true"
  kube: v1.29.0
  text: inline
kind: ConfigMap
metadata:
  name: p-r
  namespace: outer
`;

const KUSTOMIZATION = `namespace: outer
namePrefix: p-
helmCharts:
- name: web
  releaseName: r
  valuesInline:
    text: inline
`;
const FLAGS = ["--enable-helm", "--helm-kube-version", "1.29.0", "--helm-api-versions", "x/v1"];

test("inflates a chart of the folder as kustomize does", async () => {
  using fixture = buildFixture({ ...under("charts/web"), "kustomization.yaml": KUSTOMIZATION });
  expect(await fixture.build(...FLAGS)).toEqual({ code: 0, stdout: OUTPUT, stderr: "" });
});

test("pulls a chart that the folder does not hold", async () => {
  const tree = memoryTree(new Map(Object.entries(CHART).map(([path, text]) => [path, Buffer.from(text)])));
  const { archive } = packageChart(loadChartFolder(tree));
  const index = "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, urls: [web-1.0.0.tgz]}\n";
  await using server = createServer((request, response) => {
    if (request.url === "/index.yaml") response.end(index);
    else if (request.url === "/web-1.0.0.tgz") response.end(archive);
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const repo = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  using fixture = buildFixture({
    "kustomization.yaml": `${KUSTOMIZATION}  version: 1.0.0\n  repo: ${repo}\n`,
  });
  expect(await fixture.build(...FLAGS)).toEqual({ code: 0, stdout: OUTPUT, stderr: "" });
  fixture.write({ "kustomization.yaml": `${KUSTOMIZATION}  version: 2.0.0\n  repo: ${repo}\n` });
  const { code, stdout, stderr } = await fixture.build(...FLAGS);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`cannot pull the chart 'web' of '${repo}'`);
});

test("explains what came out of a chart", async () => {
  using fixture = buildFixture({ ...under("charts/web"), "kustomization.yaml": KUSTOMIZATION });
  const { code, stdout } = await fixture.build(...FLAGS, "--explain", "ConfigMap/p-r:metadata.name");
  expect(code).toBe(0);
  expect(stdout).toContain("helmCharts");
  expect(stdout).toContain("namePrefix");
});

test("says what helm says of a chart that does not render", async () => {
  using fixture = buildFixture({
    ...under("charts/web"),
    "charts/web/templates/map.yaml": "{{ .Values.text.more }}",
    "kustomization.yaml": "helmCharts: [{name: web}]\n",
  });
  const { code, stderr } = await fixture.build("--enable-helm");
  expect(code).toBe(1);
  expect(stderr).toContain("web/templates/map.yaml:1:10");
});

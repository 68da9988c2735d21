import { expect, test } from "vitest";
import {
  buildKustomization,
  type ChartInflation,
  chartKey,
  type ChartRequest,
  KustomizeError,
  neededChart,
} from "../src/index.ts";
import { built, treeOf } from "./build-tree.ts";

const CHART = {
  "charts/web/Chart.yaml": "name: web\nversion: 1.0.0\n",
  "charts/web/values.yaml": "a: 1\nb: {c: 2, d: 3}\nl: [1, 2]\n",
};

/** Charts that give one ConfigMap each, and the requests that were made. */
function recorded(options: Partial<ChartInflation> = {}): {
  readonly requests: ChartRequest[];
  readonly charts: ChartInflation;
} {
  const requests: ChartRequest[] = [];
  const inflate = (request: ChartRequest): string => {
    requests.push(request);
    const { name, releaseName } = request;
    return `---\n# Source: x\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${releaseName || name}}\n`;
  };
  return { requests, charts: { inflate, pulled: new Map(), ...options } };
}

function valuesIn({ values }: ChartRequest): readonly string[] {
  return values.map((content) => Buffer.from(content).toString());
}

test("asks for a chart of the tree with its own values", () => {
  const { requests, charts } = recorded({ apiVersions: ["x/v1"], kubeVersion: "1.30.0" });
  const files = { ...CHART, "kustomization.yaml": "helmCharts:\n- name: web\n  includeCRDs: true\n" };
  expect(built(files, { charts })).toBe("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n");
  expect(requests).toMatchObject([
    {
      name: "web",
      releaseName: "",
      namespace: "",
      includeCrds: true,
      skipHooks: false,
      skipTests: false,
      apiVersions: ["x/v1"],
      kubeVersion: "1.30.0",
    },
  ]);
  expect(requests[0]?.files.map(({ path }) => path)).toEqual(["Chart.yaml", "values.yaml"]);
  expect(requests.map(valuesIn)).toEqual([[CHART["charts/web/values.yaml"]]]);
});

test.each([
  ["override", "a: 1\nb:\n  c: 5\n  d: 3\nl:\n- 9\n"],
  ["merge", "a: 1\nb:\n  c: 2\n  d: 3\nl:\n- 1\n- 2\n"],
  ["replace", "b:\n  c: 5\nl:\n- 9\n"],
])("lays inline values by %s", (valuesMerge, want) => {
  const { requests, charts } = recorded();
  const chart = `- name: web\n  valuesMerge: ${valuesMerge}\n  valuesInline: {b: {c: 5}, l: [9]}\n`;
  built(
    {
      ...CHART,
      "more.yaml": "m: 1\n",
      "kustomization.yaml": `helmCharts:\n${chart}  additionalValuesFiles: [more.yaml]\n`,
    },
    { charts },
  );
  expect(requests.map(valuesIn)).toEqual([[want, "m: 1\n"]]);
});

test("renders into the namespace of the nearest kustomization that has one, and leaves it then", () => {
  const { requests, charts } = recorded();
  const base = Object.fromEntries(Object.entries(CHART).map(([path, text]) => [`base/${path}`, text]));
  const output = built(
    {
      ...base,
      "base/kustomization.yaml": "helmCharts: [{name: web}, {name: web, releaseName: b, namespace: own}]\n",
      "kustomization.yaml": "namespace: top\nnamePrefix: p-\nresources: [base]\n",
    },
    { charts },
  );
  expect(requests.map(({ namespace }) => namespace)).toEqual(["top", "own"]);
  expect(output).toContain("name: p-web");
  expect(output).not.toContain("namespace:");
});

test("asks for a chart that the tree does not hold, and takes it when it was pulled", () => {
  const chart = { repo: "https://charts.example.com", name: "web", version: "1.0.0", devel: false };
  const files = {
    "kustomization.yaml": `helmCharts:\n- {name: web, version: 1.0.0, repo: "${chart.repo}"}\n`,
  };
  const { charts } = recorded();
  const failure = (): unknown => {
    try {
      return buildKustomization(treeOf(files), ".", { charts });
    } catch (error) {
      return neededChart(error);
    }
  };
  expect(failure()).toEqual(chart);
  const pulled = new Map([[chartKey(chart), [{ path: "values.yaml", data: Buffer.from("p: 1\n") }]]]);
  const again = recorded({ pulled });
  expect(built(files, { charts: again.charts })).toContain("name: web");
  expect(again.requests.map(valuesIn)).toEqual([["p: 1\n"]]);
});

test.each([
  ["- releaseName: x", "chart name cannot be empty"],
  ["- {name: web, valuesMerge: x}", "valuesMerge must be one of [merge override replace]"],
  ["- name: nope", "no repo specified for pull, no chart found at ''"],
  ["- {name: web, valuesFile: nope.yaml}", "evalsymlink failure on '/nope.yaml'"],
])("refuses %s", (chart, want) => {
  const files = { ...CHART, "kustomization.yaml": `helmCharts:\n${chart}\n` };
  const { charts } = recorded();
  const build = (): unknown => built(files, { charts, root: "" });
  expect(build).toThrow(KustomizeError);
  expect(build).toThrow(want);
});

test("refuses charts where none are handed in", () => {
  const files = { ...CHART, "kustomization.yaml": "helmCharts: [{name: web}]\n" };
  expect(() => built(files)).toThrow("must specify --enable-helm");
});

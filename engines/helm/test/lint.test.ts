import { describe, expect, test } from "vitest";
import { formatNotice } from "../src/chart/chart-notice.ts";
import { ChartError } from "../src/chart/chart-error.ts";
import { lintChart } from "../src/lint/lint-chart.ts";
import { formatFinding } from "../src/lint/lint-finding.ts";
import { aFolder, chartYaml } from "./a-chart.ts";

const icon = "icon: https://x.example/i.png\n";

describe("lintChart", () => {
  const cases: ReadonlyArray<readonly [files: Readonly<Record<string, string>>, want: readonly string[]]> = [
    [{ "Chart.yaml": chartYaml("c", icon), "values.yaml": "", "templates/a.yaml": '{{ fail "x" }}' }, []],
    [
      { "Chart.yaml": "apiVersion: v1\nname: c\nversion: 1.2\ntype: application\nfoo: 1\n" },
      [
        '[WARNING] Chart.yaml: failed to strictly parse chart metadata file\n\terror unmarshaling JSON: while decoding JSON: json: unknown field "foo"',
        "[ERROR] Chart.yaml: version should be of type string but it's of type float64",
        "[INFO] Chart.yaml: icon is recommended",
        "[ERROR] Chart.yaml: chart type is not valid in apiVersion 'v1'. It is valid in apiVersion 'v2'",
        "[WARNING] Chart.yaml: version '1.2' is not a valid SemVerV2",
        "[INFO] values.yaml: file does not exist",
        "[WARNING] templates/: directory does not exist",
      ],
    ],
    [
      {
        "Chart.yaml": chartYaml("c", icon),
        "values.yaml": "",
        "templates/a.yaml": "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: ok}\n",
        "templates/b.json": "",
        "crds/x.yaml": "kind: X\n",
        "charts/s/Chart.yaml": chartYaml("s"),
      },
      [
        "[WARNING] templates/a.yaml: extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment",
        '[ERROR] templates/a.yaml: a Deployment must contain matchLabels or matchExpressions, and "ok" does not',
        "[ERROR] templates/b.json: file extension '.json' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt",
        "[ERROR] /c: chart metadata is missing these dependencies: s",
        "[ERROR] crds/x.yaml: apiVersion is not in 'apiextensions.k8s.io'",
        "[ERROR] crds/x.yaml: object kind is not 'CustomResourceDefinition'",
      ],
    ],
  ];
  test.each(cases)("finds in %j what helm finds", (files, want) => {
    expect(lintChart(aFolder(files), { path: "/c" }).map(formatFinding)).toEqual(want);
  });

  test.each<readonly [text: string, want: string]>([
    [
      '{"metadata": 5}',
      "json: cannot unmarshal number into Go struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata",
    ],
    [
      "kind: List\nmetadata: {name: l}\nitems: 5\n",
      "json: cannot unmarshal number into Go struct field .Items of type []struct { Metadata struct { Annotations map[string]string } }",
    ],
    ['a: "{{ trunc 1 "é" }}"\n', "error converting YAML to JSON: yaml: invalid trailing UTF-8 octet"],
    [
      "apiVersion: networking.k8s.io/v1beta1\nkind: IngressClassList\nmetadata: {name: a}\n",
      "use networking.k8s.io/v1 IngressClassList",
    ],
    [`kind: Namespace\nmetadata: {name: ${"a".repeat(70)}}\n`, "must be no more than 63 characters"],
  ])("says of %j what helm says", (text, want) => {
    const files = { "Chart.yaml": chartYaml("c", icon), "values.yaml": "", "templates/a.yaml": text };
    const [finding] = lintChart(aFolder(files)).slice(-1);
    expect(finding?.message.endsWith(want)).toBe(true);
  });

  test.each([
    [
      "icon",
      ["https://a.b/c", "x:", "a:b", "http://a.b?x=%zz", "http://[::1]:80/x"],
      ["a.b", "http://a.b:x", "http://a.b#", "http://%41.b", "http://a b.c"],
    ],
    [
      "url",
      ["http://1", "https://a", "a.b/c", "a:80", "http://test_name.com", "http://a.b#"],
      ["localhost", "http://a_b.c", "HTTP://A.B", "http://1.1", "256.1.1.1", "http://a.b/%zz"],
    ],
    ["email", ["a@b.co", '"a"@c.de', "a+b@c.de", "a@b.é"], ["a@c.e1", "a..b@c.de", "a@localhost", "😀@c.de"]],
  ] as const)("takes for a proper %s what helm takes for one", (field, proper, improper) => {
    const findingsOf = (value: string): number => {
      const text =
        field === "icon" ? `icon: '${value}'\n` : `${icon}maintainers: [{name: n, ${field}: '${value}'}]\n`;
      return lintChart(
        aFolder({ "Chart.yaml": chartYaml("c", text), "values.yaml": "", "templates/a.txt": "" }),
      ).length;
    };
    expect(proper.map(findingsOf)).toEqual(proper.map(() => 0));
    expect(improper.map(findingsOf)).toEqual(improper.map(() => 1));
  });

  test("tells of what a template passes over in a lint", () => {
    const template = '{{ required "x is needed" .Values.x }}{{ fail "no" }}';
    const files = { "Chart.yaml": chartYaml("c", icon), "values.yaml": "", "templates/a.yaml": template };
    const told: string[] = [];
    expect(lintChart(aFolder(files), { notify: (notice) => told.push(formatNotice(notice)) })).toEqual([]);
    expect(told).toEqual([
      'level=WARN msg="missing required value" message="x is needed"',
      'level=INFO msg="funcMap fail" message=no',
    ]);
  });

  test("renders for a release that is neither installed nor upgraded", () => {
    const release =
      "kind: A\nmetadata:\n  name: {{ .Release.IsInstall }}{{ .Release.IsUpgrade }}-{{ .Release.Revision }}-\n";
    const files = { "Chart.yaml": chartYaml("c", icon), "values.yaml": "", "templates/a.yaml": release };
    const [finding] = lintChart(aFolder(files));
    expect(finding?.message).toContain('naming requirements: "falsefalse-0-"');
  });

  test("wants a Chart.yaml", () => {
    expect(() => lintChart(aFolder({}), { path: "/c" })).toThrow(ChartError);
  });
});

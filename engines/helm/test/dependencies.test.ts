import { createHash } from "node:crypto";
import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import type { ChartNotice } from "../src/chart/chart-notice.ts";
import { loadChartArchive, loadChartFolder } from "../src/chart/load-chart.ts";
import { buildDependencies } from "../src/dependencies/build-dependencies.ts";
import { formatDependencyList, listDependencies } from "../src/dependencies/list-dependencies.ts";
import { lockDigest } from "../src/dependencies/lock-digest.ts";
import { processDependencies } from "../src/dependencies/process-dependencies.ts";
import {
  DependencyError,
  RepositoryBudgetError,
  RepositoryError,
} from "../src/dependencies/repository-error.ts";
import { findChartVersion, readRepositoryIndex } from "../src/dependencies/repository-index.ts";
import { packageChart } from "../src/package/package-chart.ts";
import { aFolder, anArchive, chartYaml } from "./a-chart.ts";

const ignore = (): void => undefined;
const sub = anArchive({ "sub/Chart.yaml": chartYaml("sub") });

describe("processDependencies", () => {
  const chart = loadChartFolder(
    aFolder({
      "Chart.yaml": chartYaml(
        "c",
        `dependencies:
- {name: a, version: 1.x, condition: "a.on,a.enabled", tags: [front]}
- {name: a, version: 1.x, alias: second, import-values: [{child: out, parent: in.here}, shared]}
- {name: b, version: ">9", tags: [front]}
`,
      ),
      "values.yaml": "tags: {front: false}\n",
      "charts/a/Chart.yaml": chartYaml("a"),
      "charts/a/values.yaml": "out: {x: 1}\nexports: {shared: {s: 2}}\n",
      "charts/b/Chart.yaml": chartYaml("b"),
    }),
  );

  test("lets conditions win over tags, and aliases stand for themselves", () => {
    const names = (values: object): readonly string[] =>
      processDependencies(chart, values as never, ignore).subcharts.map(({ metadata }) => metadata.name);
    expect(names({})).toEqual(["second"]);
    expect(names({ a: { enabled: true } })).toEqual(["a", "second"]);
    expect(names({ a: { on: false, enabled: true } })).toEqual(["second"]);
    // A version out of range is a chart that Chart.yaml does not name: what switches it off goes by the name.
    expect(names({ tags: { front: true } })).toEqual(["b", "a", "second"]);
  });

  test("imports values below the parent's own", () => {
    const { values } = processDependencies(chart, {}, ignore);
    expect(values).toMatchObject({ in: { here: { x: 1 } }, s: 2 });
  });
});

describe("readRepositoryIndex", () => {
  const index = `apiVersion: v1
entries:
  sub:
  - {name: sub, version: 1.2.3, urls: [sub-1.2.3.tgz]}
  - {name: sub, version: 1.10.0-rc.1, urls: [x]}
  - {name: sub, version: v1.9.0, urls: [x], digest: abc}
  - {name: sub, version: nope, urls: [x]}
  other:
  - {name: other, version: 2.0.0, urls: []}
generated: "2024-01-01T00:00:00Z"
`;

  test("sorts the versions, highest first, and leaves out what is no chart", () => {
    const notices: ChartNotice[] = [];
    const read = readRepositoryIndex(Buffer.from(index), { notify: (notice) => notices.push(notice) });
    expect(read.get("sub")?.map(({ version }) => version)).toEqual(["1.10.0-rc.1", "v1.9.0", "1.2.3"]);
    expect([...read.keys()]).toEqual(["sub", "other"]);
    expect(notices.map(({ message }) => message)).toEqual([
      'skipping loading invalid entry for chart "sub" "nope" from index.yaml: validation: chart.metadata.version "nope" is invalid',
    ]);
  });

  test("gives the same whether it is cut into parts, JSON, or neither", () => {
    const whole = readRepositoryIndex(Buffer.from(index));
    const odd = Buffer.from(index.replace("apiVersion: v1\n", "---\napiVersion: v1\n"));
    expect(readRepositoryIndex(odd)).toEqual(whole);
    const json = { apiVersion: "v1", entries: { sub: [{ name: "sub", version: "1.2.3", urls: ["a"] }] } };
    expect(readRepositoryIndex(Buffer.from(JSON.stringify(json))).get("sub")?.[0]?.version).toBe("1.2.3");
    expect([...readRepositoryIndex(Buffer.from(index), { charts: new Set(["other"]) }).keys()]).toEqual([
      "other",
    ]);
  });

  const choices: ReadonlyArray<readonly [version: string, want: string]> = [
    ["", "v1.9.0"],
    ["1.2.3", "1.2.3"],
    ["^1.0", "v1.9.0"],
    [">=1.10.0-0", "1.10.0-rc.1"],
    ["1.9.0", "v1.9.0"],
  ];
  test.each(choices)("takes for %j version %s", (version, want) => {
    expect(findChartVersion(readRepositoryIndex(Buffer.from(index)), "sub", version).version).toBe(want);
  });

  const failures: ReadonlyArray<readonly [text: string, message: string]> = [
    ["", "empty index.yaml file"],
    ["entries: {}\n", "no API version specified"],
    ["a: [\n", "error converting YAML to JSON: yaml: line 1: did not find expected node content"],
  ];
  test.each(failures)("refuses %j", (text, message) => {
    expect(() => readRepositoryIndex(Buffer.from(text))).toThrow(new RepositoryError(message));
  });

  test("stops at an index beyond its budgets", () => {
    expect(() => readRepositoryIndex(Buffer.from(index), { maxBytes: 100 })).toThrow(RepositoryBudgetError);
    expect(() => readRepositoryIndex(Buffer.from(index), { maxVersions: 3 })).toThrow(RepositoryBudgetError);
  });

  test("reads one chart of a long index without the others", () => {
    const entry = (name: string): string =>
      `  ${name}:\n${Array.from({ length: 20 }, (_, at) => `  - name: ${name}\n    version: 1.0.${at}\n    urls: [x]\n`).join("")}`;
    const long = `apiVersion: v1\nentries:\n${Array.from({ length: 2000 }, (_, at) => entry(`c${at}`)).join("")}`;
    const read = readRepositoryIndex(Buffer.from(long), { charts: new Set(["c7"]), maxVersions: 100 });
    expect(read.get("c7")?.[0]?.version).toBe("1.0.19");
  });
});

describe("buildDependencies", () => {
  const clock = new FakeClock();
  const digest = createHash("sha256").update(sub).digest("hex");
  const indexOf = (more: string): Uint8Array =>
    Buffer.from(
      `apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: 1.2.3, urls: [charts/sub-1.2.3.tgz]${more}}\n`,
    );
  const chartOf = (repository: string, version = "1.x"): ReturnType<typeof aFolder> =>
    aFolder({
      "Chart.yaml": chartYaml(
        "c",
        `dependencies: [{name: sub, version: "${version}", repository: "${repository}"}]\n`,
      ),
    });

  test("fetches from a repository over HTTP, and writes the lock file", async () => {
    const asked: string[] = [];
    const fetch = async (url: string): Promise<Uint8Array> => {
      asked.push(url);
      return url.endsWith("index.yaml") ? indexOf(`, digest: ${digest}`) : sub;
    };
    const built = await buildDependencies(chartOf("https://charts.example/stable"), {
      clock,
      sources: { fetch },
    });
    expect(asked).toEqual([
      "https://charts.example/stable/index.yaml",
      "https://charts.example/stable/charts/sub-1.2.3.tgz",
    ]);
    expect([...built.archives.keys()]).toEqual(["charts/sub-1.2.3.tgz"]);
    expect(built.lock?.path).toBe("Chart.lock");
    expect(built.lock?.text).toContain("version: 1.2.3");
  });

  test("takes the highest tag of a registry, and a folder as an archive", async () => {
    const oci = await buildDependencies(chartOf("oci://r.example/charts"), {
      clock,
      sources: {
        tags: async () => ["1.0.0", "1.2.3", "2.0.0", "latest"],
        pull: async (repository, version) => {
          expect([repository, version]).toEqual(["oci://r.example/charts/sub", "1.2.3"]);
          return sub;
        },
      },
    });
    expect([...oci.archives.keys()]).toEqual(["charts/sub-1.2.3.tgz"]);
    const folder = await buildDependencies(chartOf("file://../sub"), {
      clock,
      sources: {
        folder: (path) => (path === "../sub" ? aFolder({ "Chart.yaml": chartYaml("sub") }) : undefined),
      },
    });
    expect([...folder.archives.keys()]).toEqual(["charts/sub-1.2.3.tgz"]);
  });

  test("keeps to a lock file, and refuses one that no longer fits", async () => {
    const fetch = async (url: string): Promise<Uint8Array> =>
      url.endsWith("index.yaml") ? indexOf("") : sub;
    const tree = chartOf("https://charts.example/");
    const first = await buildDependencies(tree, { clock, sources: { fetch } });
    const locked = (text: string): ReturnType<typeof aFolder> =>
      aFolder({ "Chart.yaml": Buffer.from(tree.read("Chart.yaml") ?? []).toString(), "Chart.lock": text });
    const again = await buildDependencies(locked(first.lock?.text ?? ""), { clock, sources: { fetch } });
    expect(again.lock).toBeUndefined();
    const stale = locked((first.lock?.text ?? "").replace(/digest: .*/, "digest: sha256:0"));
    await expect(buildDependencies(stale, { clock, sources: { fetch } })).rejects.toThrow(/out of sync/);
  });

  const failures: ReadonlyArray<readonly [repository: string, version: string, message: RegExp]> = [
    ["@nowhere", "1", /no repository definition for @nowhere/],
    ["stable", "1", /repositories must be URLs or aliases/],
    ["file://../none", "1", /directory \.\.\/none not found/],
    ["https://charts.example", "9", /can't get a valid version for 1 subchart\(s\): "sub"/],
    ["https://charts.example", "x y", /dependency "sub" has an invalid version\/constraint format/],
    ["https://wrong.example", "1", /has the digest [0-9a-f]{64}, and the index has abc/],
  ];
  test.each(failures)("refuses %s at %s", async (repository, version, message) => {
    const fetch = async (url: string): Promise<Uint8Array> => {
      if (!url.endsWith("index.yaml")) return sub;
      return indexOf(url.includes("wrong") ? ", digest: abc" : "");
    };
    const building = buildDependencies(chartOf(repository, version), {
      clock,
      sources: { fetch, folder: () => undefined },
    });
    await expect(building).rejects.toThrow(message);
  });

  test("makes no file outside of charts/, whatever a lock file says", async () => {
    const dependencies = [
      {
        name: "../../x",
        version: "1.2.3/../..",
        repository: "oci://r.example",
        condition: "",
        tags: [],
        enabled: false,
        importValues: [],
        alias: "",
      },
    ];
    const required = dependencies.map((dependency) => ({ ...dependency, version: "1" }));
    const tree = aFolder({
      "Chart.yaml": chartYaml(
        "c",
        'dependencies: [{name: "../../x", version: "1", repository: "oci://r.example"}]\n',
      ),
      "Chart.lock": `digest: ${lockDigest(required, dependencies)}\ndependencies: [{name: "../../x", version: "1.2.3/../..", repository: "oci://r.example"}]\n`,
    });
    const building = buildDependencies(tree, { clock, sources: { pull: async () => sub } });
    await expect(building).rejects.toThrow(DependencyError);
  });
});

test("lists dependencies as helm does", () => {
  const tree = aFolder({
    "Chart.yaml": chartYaml(
      "c",
      "dependencies: [{name: sub, version: 1.x, repository: r}, {name: gone, version: '1'}]\n",
    ),
    "charts/sub/Chart.yaml": chartYaml("sub"),
    "charts/more/Chart.yaml": chartYaml("more"),
  });
  expect(formatDependencyList(listDependencies(tree, "", "c"))).toBe(
    [
      "NAME\tVERSION\tREPOSITORY\tSTATUS  ",
      "sub \t1.x    \tr         \tunpacked",
      "gone\t1      \t          \tmissing ",
      "",
      'WARNING: "c/charts/more" is not in Chart.yaml.',
      "",
    ]
      .join("\n")
      .replaceAll("STATUS  ", "STATUS  "),
  );
});

test("packages the same chart to the same bytes, and loads it again", () => {
  const long = `templates/${"d".repeat(90)}/${"f".repeat(90)}.yaml`;
  const tree = aFolder({
    "Chart.yaml": chartYaml("c", "dependencies: [{name: sub, version: 1.x}]\n"),
    "values.yaml": "# kept\na: 1\n",
    [long]: "x",
    "templates/ü.yaml": "y",
    "charts/sub/Chart.yaml": chartYaml("sub"),
  });
  const first = packageChart(loadChartFolder(tree));
  const again = packageChart(loadChartFolder(tree));
  expect(Buffer.from(first.archive).equals(Buffer.from(again.archive))).toBe(true);
  expect(first.fileName).toBe("c-1.2.3.tgz");
  const loaded = loadChartArchive(first.archive);
  expect(loaded.templates.map(({ name }) => name)).toEqual([long, "templates/ü.yaml"]);
  expect(loaded.subcharts).toHaveLength(1);
  expect(packageChart(loadChartFolder(tree), { version: "2.0.0" }).fileName).toBe("c-2.0.0.tgz");
});

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { chartCrds, walkCharts } from "../src/chart/chart.ts";
import { ChartBudgetError, ChartError } from "../src/chart/chart-error.ts";
import type { ChartNotice } from "../src/chart/chart-notice.ts";
import { loadChartArchive, loadChartFolder } from "../src/chart/load-chart.ts";
import { aFolder, anArchive, chartYaml } from "./a-chart.ts";

const MIB = 1024 * 1024;

describe("loadChartFolder", () => {
  test("sorts files by what they are for", () => {
    const chart = loadChartFolder(
      aFolder({
        "Chart.yaml": `\ufeff${chartYaml("web")}`,
        "values.yaml": "a: 1\n---\nb: {c: 2}\n---\nb: {d: 3}\n",
        "values.schema.json": "{}",
        "templates/a.yaml": "x",
        "templates/.hidden": "x",
        "crds/w.yaml": "kind: CustomResourceDefinition",
        "crds/readme.md": "x",
        "charts/sub/Chart.yaml": chartYaml("sub"),
        "charts/sub/crds/s.json": "{}",
        "charts/_off/values.yaml": "",
        "README.md": "x",
        ".helmignore": "*.md\n",
      }),
    );
    expect(chart.values).toEqual({ a: 1, b: { c: 2, d: 3 } });
    expect(chart.templates.map(({ name }) => name)).toEqual(["templates/a.yaml"]);
    expect(chart.files.map(({ name }) => name)).toEqual([".helmignore", "crds/w.yaml"]);
    expect(chartCrds(chart).map(({ fullPath }) => fullPath)).toEqual([
      "web/crds/w.yaml",
      "web/charts/sub/crds/s.json",
    ]);
    expect(Array.from(walkCharts(chart), ({ fullPath, isRoot }) => [fullPath, isRoot])).toEqual([
      ["web", true],
      ["web/charts/sub", false],
    ]);
  });

  test("reads requirements of apiVersion v1, and says so in v2", () => {
    const requirements = "dependencies: [{name: x, version: '1'}]";
    const notices: ChartNotice[] = [];
    const notify = (notice: ChartNotice): number => notices.push(notice);
    const old = aFolder({ "Chart.yaml": "name: c\nversion: 1.0.0\n", "requirements.yaml": requirements });
    expect(loadChartFolder(old, "", { notify }).metadata.dependencies?.[0]?.name).toBe("x");
    expect(notices).toEqual([]);
    loadChartFolder(aFolder({ "Chart.yaml": chartYaml("c"), "requirements.yaml": requirements }), "", {
      notify,
    });
    expect(notices).toHaveLength(1);
  });

  const failures: ReadonlyArray<readonly [files: Readonly<Record<string, string>>, message: string]> = [
    [{}, "unable to detect chart at /c/Chart.yaml: open /c/Chart.yaml: no such file or directory"],
    [{ "Chart.yaml": chartYaml("..") }, 'validation: chart.metadata.name ".." is not allowed'],
    [{ "Chart.yaml": chartYaml("a/b") }, 'validation: chart.metadata.name "a/b" is invalid'],
    [{ "Chart.yaml": "name: c\nversion: x\n" }, 'validation: chart.metadata.version "x" is invalid'],
    [{ "Chart.yaml": chartYaml("c"), ".helmignore": "a**b" }, "double-star (**) syntax is not supported"],
    [
      { "Chart.yaml": chartYaml("c", "deprecated: yeah\n") },
      "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field Metadata.deprecated of type bool",
    ],
    [
      { "Chart.yaml": chartYaml("c"), "charts/s.tgz": "not an archive" },
      "error unpacking subchart s.tgz in c: gzip: invalid header",
    ],
    [
      { "Chart.yaml": chartYaml("c"), "Chart.lock": "generated: x\n" },
      'cannot load Chart.lock: error unmarshaling JSON: while decoding JSON: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    ],
  ];
  test.each(failures)("refuses %j", (files, message) => {
    expect(() => loadChartFolder(aFolder(files), "", { path: "/c" })).toThrow(new ChartError(message));
  });

  test("writes numbers of Chart.yaml as helm does", () => {
    const more = "appVersion: 1.10\ndescription: 1e6\nhome: 20240101.0\nicon: 010\n";
    const { metadata } = loadChartFolder(aFolder({ "Chart.yaml": chartYaml("c", more) }));
    const { appVersion, description, home, icon } = metadata;
    expect({ appVersion, description, home, icon }).toEqual({
      appVersion: "1.1",
      description: "1e+06",
      home: "2.02401e+07",
      icon: "8",
    });
  });

  test("stops at charts within charts without end", () => {
    const files = Array.from(
      { length: 40 },
      (_, depth) => [`${"charts/c/".repeat(depth)}Chart.yaml`, chartYaml("c")] as const,
    );
    expect(() => loadChartFolder(aFolder(Object.fromEntries(files)))).toThrow(ChartBudgetError);
  });
});

describe("loadChartArchive", () => {
  test("loads archives within archives", () => {
    const sub = anArchive({ "sub/Chart.yaml": chartYaml("sub") });
    const chart = loadChartArchive(anArchive({ "c/Chart.yaml": chartYaml("c"), "c/charts/sub.tgz": sub }));
    expect(chart.subcharts.map(({ metadata }) => metadata.name)).toEqual(["sub"]);
  });

  const refused: ReadonlyArray<readonly [name: string, archive: () => Uint8Array, message: string]> = [
    ["nothing", () => new Uint8Array(), "unable to load chart archive: EOF"],
    [
      "text",
      () => Buffer.from("apiVersion: v2\n"),
      "stream does not appear to be a valid chart file (details: gzip: invalid header)",
    ],
    ["an empty archive", () => anArchive({}), "unable to load chart archive: no files in chart archive"],
    [
      "half an archive",
      () => anArchive({ "c/a": "x".repeat(9999) }).subarray(0, 60),
      "unable to load chart archive: unexpected EOF",
    ],
    [
      "a way out",
      () => anArchive({ "c/../../etc/x": "" }),
      "unable to load chart archive: chart illegally references parent directory",
    ],
    [
      "an absolute path",
      () => anArchive({ "c//etc/x": "" }),
      "unable to load chart archive: chart illegally contains absolute paths",
    ],
    [
      "a drive",
      () => anArchive({ "c/c:/x": "" }),
      "unable to load chart archive: chart contains illegally named files",
    ],
    [
      "no folder",
      () => anArchive({ "Chart.yaml": "" }),
      'unable to load chart archive: chart illegally contains content outside the base directory: "Chart.yaml"',
    ],
    [
      "no chart",
      () => anArchive({ "c/values.yaml": "" }),
      "unable to detect chart version, no Chart.yaml found",
    ],
    [
      "a file of 6 MiB",
      () => anArchive({ "c/big": new Uint8Array(6 * MIB) }),
      'unable to load chart archive: decompressed chart file "c/big" is larger than the maximum file size 5242880',
    ],
  ];
  test.each(refused)("refuses %s", (_name, archive, message) => {
    expect(() => loadChartArchive(archive())).toThrow(new ChartError(message));
  });

  test("refuses a link", () => {
    const tar = Buffer.from(anArchiveOfLink());
    expect(() => loadChartArchive(tar)).toThrow(
      new ChartError('unable to load chart archive: chart illegally contains a link or device: "c/link"'),
    );
  });

  test("refuses an archive that unpacks to more than it may, and one within an archive", () => {
    const limits = { unpacked: 4 * MIB };
    const part = new Uint8Array(MIB);
    const many = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`c/f${index}`, part]));
    const tooLarge = new ChartError(
      "unable to load chart archive: decompressed chart is larger than the maximum size 4194304",
    );
    expect(() => loadChartArchive(anArchive(many), { limits })).toThrow(tooLarge);
    const bomb = gzipSync(new Uint8Array(80 * MIB));
    expect(() => loadChartArchive(bomb, { limits })).toThrow(tooLarge);
    const outer = anArchive({ "c/Chart.yaml": chartYaml("c"), "c/charts/a.tgz": anArchive(many) });
    expect(() => loadChartArchive(outer, { limits })).toThrow(
      /error unpacking subchart a.tgz in c: decompressed chart is larger/,
    );
  });

  test("refuses an archive of more bytes than Flux takes", () => {
    expect(() => loadChartArchive(new Uint8Array(11 * MIB))).toThrow(ChartBudgetError);
  });
});

/** The archive of a file, with the type of its entry changed to a symbolic link. */
function anArchiveOfLink(): Uint8Array {
  const header = Buffer.alloc(512);
  header.write("c/link", 0);
  header.write("0000777\0", 100);
  header.write("00000000000\0", 124);
  header.write("2", 156);
  header.write("/etc/passwd", 157);
  header.write("ustar\x0000", 257);
  header.write("        ", 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return gzipSync(Buffer.concat([header, Buffer.alloc(1024)]));
}

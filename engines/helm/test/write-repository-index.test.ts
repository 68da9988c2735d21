import { describe, expect, test } from "vitest";
import { loadChartFiles, readRepositoryIndex, writeRepositoryIndex } from "../src/index.ts";

describe("writeRepositoryIndex", () => {
  const chartOf = (name: string, version: string) => {
    const text = `apiVersion: v2\nname: ${name}\nversion: ${version}\ndescription: A chart.\n`;
    const { metadata } = loadChartFiles([{ name: "Chart.yaml", data: Buffer.from(text) }]);
    return { metadata, url: `${name}-${version}.tgz`, digest: "d", created: "2024-01-01T00:00:00Z" };
  };

  test("lists charts by name and their versions from the highest, as the reader reads them", () => {
    const charts = [chartOf("web", "1.2.0"), chartOf("cache", "0.1.0"), chartOf("web", "1.10.0")];
    const text = writeRepositoryIndex(charts, "2024-01-02T00:00:00Z");
    const index = readRepositoryIndex(Buffer.from(text));
    expect([...index].map(([name, versions]) => [name, versions.map(({ version }) => version)])).toEqual([
      ["cache", ["0.1.0"]],
      ["web", ["1.10.0", "1.2.0"]],
    ]);
    expect(index.get("cache")?.[0]).toMatchObject({
      urls: ["cache-0.1.0.tgz"],
      digest: "d",
      description: "A chart.",
    });
  });
});

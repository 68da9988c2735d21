import { createHash } from "node:crypto";

const VERSIONS = 100;
const MIB = 1024 * 1024;

/** The text of an index of about so many MiB, as helm writes it; its first chart is `chart-0`. */
export function indexText(mib: number, form: "json" | "yaml"): string {
  const entries: Record<string, readonly object[]> = {};
  const parts: string[] = ["apiVersion: v1\nentries:\n"];
  for (let length = 0, chart = 0; length < mib * MIB; chart += 1) {
    const name = `chart-${chart}`;
    const versions = Array.from({ length: VERSIONS }, (_, minor) => entryOf(name, `1.${minor}.0`));
    const text = form === "json" ? JSON.stringify(versions) : yamlOf(name, versions);
    if (form === "json") entries[name] = versions;
    else parts.push(text);
    length += text.length;
  }
  const generated = "2024-01-01T00:00:00Z";
  if (form === "json") return JSON.stringify({ apiVersion: "v1", entries, generated });
  return `${parts.join("")}generated: "${generated}"\n`;
}

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

function entryOf(name: string, version: string): Entry & Readonly<Record<string, unknown>> {
  return {
    apiVersion: "v2",
    appVersion: version,
    created: "2024-01-01T00:00:00Z",
    description: "A chart of a large repository, described in a sentence of the usual length",
    digest: createHash("sha256").update(`${name} ${version}`).digest("hex"),
    home: "https://example.com/charts",
    keywords: ["large", "index"],
    maintainers: [{ email: "charts@example.com", name: "charts" }],
    name,
    type: "application",
    urls: [`${name}-${version}.tgz`],
    version,
  };
}

function yamlOf(name: string, versions: readonly Entry[]): string {
  const items = versions.map(
    ({ version, digest }) => `  - apiVersion: v2
    appVersion: ${version}
    created: "2024-01-01T00:00:00Z"
    description: A chart of a large repository, described in a sentence of the usual length
    digest: ${digest}
    home: https://example.com/charts
    keywords:
    - large
    - index
    maintainers:
    - email: charts@example.com
      name: charts
    name: ${name}
    type: application
    urls:
    - ${name}-${version}.tgz
    version: ${version}
`,
  );
  return `  ${name}:\n${items.join("")}`;
}

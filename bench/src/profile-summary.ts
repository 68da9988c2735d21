import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderTable } from "./table.ts";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 25;

/** Where the time of all profiles of a folder went: by function, without what it called, idle time left out. */
export function summarizeProfiles(folder: string, root: string): string {
  const files = readdirSync(folder).filter((file) => file.endsWith(".cpuprofile"));
  const byPlace = new Map<string, number>();
  for (const file of files) {
    addProfile(JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile, root, byPlace);
  }
  const busy = [...byPlace].filter(([place]) => !/^\((idle|program|root)\)/.test(place));
  const total = busy.reduce((sum, [, micros]) => sum + micros, 0);
  const rows = busy
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([place, micros]) => ({
      "self ms": Number((micros / 1000).toFixed(1)),
      "%": Number(((100 * micros) / total).toFixed(1)),
      function: place,
    }));
  return `  ${files.length} profiles, ${(total / 1e6).toFixed(2)} s busy\n${renderTable(rows)}`;
}

function addProfile(profile: CpuProfile, root: string, byPlace: Map<string, number>): void {
  const places = new Map(profile.nodes.map((node) => [node.id, placeOf(node, root)]));
  for (const [index, sample] of profile.samples.entries()) {
    const place = places.get(sample) ?? "(unknown)";
    byPlace.set(place, (byPlace.get(place) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
}

function placeOf({ callFrame }: ProfileNode, root: string): string {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const path = url.startsWith("file:") ? fileURLToPath(url).replace(`${root}/`, "") : url;
  return `${name} ${path}:${lineNumber + 1}`;
}

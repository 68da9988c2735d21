import { createKustomization, startFleet } from "./fleet-toolkit.ts";
import type { KustomizationsFigures } from "./scenario.ts";

const MANIFESTS = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  level: info
  greeting: hello
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: files
data:
  app.ini: |
    [app]
    url = http://app.example.com/path?query=1
---
apiVersion: v1
kind: Secret
metadata:
  name: login
stringData:
  username: app
  password: app
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: runner
`;

const KUSTOMIZATION = "resources:\n- objects.yaml\n";

/** Names of Kustomizations, the folder of each, and the files of the repository. */
export interface ManyKustomizations {
  readonly names: readonly string[];
  readonly folderOf: (name: string) => string;
  readonly files: Readonly<Record<string, string>>;
}

/** So many Kustomizations of four objects, from one folder or from a folder each. */
export function manyKustomizations(count: number, folders: "one" | "each"): ManyKustomizations {
  const names = Array.from({ length: count }, (_, index) => `k${String(index).padStart(4, "0")}`);
  const folderOf = (name: string): string => (folders === "one" ? "app" : `apps/${name}`);
  const files = names.flatMap((name) => [
    [`${folderOf(name)}/kustomization.yaml`, KUSTOMIZATION],
    [`${folderOf(name)}/objects.yaml`, MANIFESTS],
  ]);
  return { names, folderOf, files: Object.fromEntries(files) };
}

/** Creates many Kustomizations of four objects at once, and waits until all are Ready. */
export async function runKustomizations(
  { count, folders }: { readonly count: number; readonly folders: "one" | "each" },
  searchPath: string,
): Promise<KustomizationsFigures> {
  const { names, folderOf, files } = manyKustomizations(count, folders);
  await using fleet = await startFleet(files, searchPath);
  const memoryBeforeMb = process.memoryUsage.rss() / 1024 ** 2;
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  for (const name of names) {
    await createKustomization(fleet.client, name, { path: `./${folderOf(name)}`, namePrefix: `${name}-` });
  }
  const createMs = performance.now() - start;
  await fleet.kustomizations.ready(names);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    wallMs,
    createMs,
    cpuSeconds: (user + system) / 1e6,
    memoryBeforeMb,
    peakMb: process.resourceUsage().maxRSS / 1024,
    requests: Object.fromEntries(fleet.requests.take()),
  };
}

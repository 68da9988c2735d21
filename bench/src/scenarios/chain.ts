import { createKustomization, startFleet } from "./fleet-toolkit.ts";
import type { TimesFigures } from "./scenario.ts";

const FILES = {
  "app/kustomization.yaml": "resources:\n- settings.yaml\n",
  "app/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  level: info\n",
};

/**
 * Creates a chain of Kustomizations that each depend on the one before, the last one first, and waits until all are
 * Ready.
 */
export async function runChain(
  { length, repetitions }: { readonly length: number; readonly repetitions: number },
  searchPath: string,
): Promise<TimesFigures> {
  await using fleet = await startFleet(FILES, searchPath);
  const timesMs: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const names = Array.from({ length }, (_, index) => `c${repetition}-${index}`);
    const start = performance.now();
    for (const [index, name] of [...names.entries()].toReversed()) {
      const before = names[index - 1];
      await createKustomization(fleet.client, name, {
        path: "./app",
        namePrefix: `${name}-`,
        wait: true,
        ...(before === undefined ? {} : { dependsOn: [{ name: before }] }),
      });
    }
    await fleet.kustomizations.ready(names);
    timesMs.push(performance.now() - start);
  }
  return { timesMs };
}

import { describeError } from "@weir/core";
import type { CaseResult, ClusterKind, Suite } from "../suite.ts";
import { type FluxWorld, startFluxWorld } from "./flux-world.ts";
import { readRecordings, type Recording } from "./recording.ts";
import { ScenarioRun } from "./scenario-run.ts";

/** How many scenarios of one world run at once; fewer than a controller has workers, so that none waits for another. */
const AT_ONCE = 8;

/** The suite of the scenarios whose id has a word behind its number. */
export function fluxSuite(word: string): Suite {
  return {
    name: `flux/${word}`,
    isTimed: true,
    clusters: ["embedded", "real"],
    async *run(corpus, only, cluster = "embedded") {
      const all = readRecordings(corpus, word);
      const wanted = only === undefined ? all : all.filter(({ id }) => id === only);
      for (const recordings of worldsOf(wanted)) {
        yield* replayInOneWorld(recordings, cluster, corpus);
      }
    },
  };
}

/** Scenarios share a world with those of their profile; one that takes kinds away from the cluster has its own. */
function worldsOf(recordings: readonly Recording[]): readonly (readonly Recording[])[] {
  const worlds = new Map<string, Recording[]>();
  for (const recording of recordings) {
    const isAlone = recording.steps.some(({ action }) => action === "deleteCRD");
    const key = isAlone ? recording.id : recording.profile;
    worlds.set(key, [...(worlds.get(key) ?? []), recording]);
  }
  return [...worlds.values()];
}

async function* replayInOneWorld(
  recordings: readonly Recording[],
  cluster: ClusterKind,
  corpus: string,
): AsyncIterable<CaseResult> {
  const profile = recordings[0]?.profile ?? "";
  await using world = await startFluxWorld({ profile, cluster, corpus });
  if (world === undefined) {
    const detail = `profile ${profile} is not known`;
    for (const { id } of recordings) yield { name: id, verdict: "fail", detail };
    return;
  }
  const results = new Map<string, CaseResult>();
  const waiting = [...recordings];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.set(next.id, await replay(next, world));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const { id } of recordings) {
    const result = results.get(id);
    if (result !== undefined) yield result;
  }
}

async function replay(recording: Recording, world: FluxWorld): Promise<CaseResult> {
  const name = recording.id;
  try {
    const detail = await new ScenarioRun(recording, world).run();
    return detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
  } catch (error) {
    return { name, verdict: "fail", detail: `the replay failed: ${describeError(error)}` };
  }
}

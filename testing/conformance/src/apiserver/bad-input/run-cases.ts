import { type KeptAnswer, keepAnswer } from "./answer.ts";
import type { BadCase } from "./bad-case.ts";
import type { BadWorld } from "./world.ts";

const AT_ONCE = 4;

/** Asks a server all questions of the cases, a few cases at once, and tells what it answered to each. */
export async function runBadCases(
  world: BadWorld,
  cases: readonly BadCase[],
): Promise<ReadonlyMap<string, readonly KeptAnswer[]>> {
  const answers = new Map<string, readonly KeptAnswer[]>(cases.map(({ name }) => [name, []]));
  const waiting = cases.values();
  const work = async (): Promise<void> => {
    for (const { name, asks } of waiting) {
      const all: KeptAnswer[] = [];
      for (const ask of asks) all.push(keepAnswer(await world.ask(ask)));
      answers.set(name, all);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

import { seededRandom } from "@weir/core";
import { caseSeed, Dice } from "../dice.ts";
import type { ParserTarget } from "./parser-target.ts";
import { startServerParsers } from "./server-parsers.ts";
import { textParsers } from "./text-parsers.ts";

/** What a parser did with an input that it must not do. */
export interface ParserFailure {
  readonly parser: string;
  readonly index: number;
  readonly problem: string;
}

/** No input is so long that it takes longer; a machine that is busy is given the benefit of a second try. */
const LIMIT_MS = 2_000;

/** Gives one input to a parser. */
export async function runParserCase(
  target: ParserTarget,
  seed: number,
  index: number,
): Promise<ParserFailure | undefined> {
  const run = async (): Promise<{ readonly problem: string | undefined; readonly tookMs: number }> => {
    const start = process.cpuUsage();
    const problem = await target.run(new Dice(seededRandom(caseSeed(seed, index))));
    const { user } = process.cpuUsage(start);
    return { problem, tookMs: user / 1000 };
  };
  let result = await run();
  if (result.tookMs > LIMIT_MS) result = await run();
  const isSlow = result.tookMs > LIMIT_MS;
  const problem = result.problem ?? (isSlow ? `takes ${Math.round(result.tookMs)} ms` : undefined);
  return problem === undefined ? undefined : { parser: target.name, index, problem };
}

/** All parsers; those behind a server end with it. */
export async function openParsers(): Promise<
  AsyncDisposable & { readonly targets: readonly ParserTarget[] }
> {
  const server = await startServerParsers();
  return {
    targets: [...textParsers(), ...server.targets],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

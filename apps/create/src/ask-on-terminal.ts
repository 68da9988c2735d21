import { createInterface } from "node:readline/promises";

/** Asks on a terminal, with a proposal that an empty answer takes; nothing where there is none. */
export function askOnTerminal(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): ((question: string, proposed: string) => Promise<string>) | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return async (question, proposed) => {
    const lines = createInterface({ input, output });
    try {
      const answer = (await lines.question(`${question} (${proposed}): `)).trim();
      return answer === "" ? proposed : answer;
    } finally {
      lines.close();
    }
  };
}

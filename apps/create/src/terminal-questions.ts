import { createInterface, type Interface } from "node:readline";
import { CreateError } from "./create-error.ts";

/** A person at a terminal. Disposing it gives the terminal back. */
export interface TerminalQuestions extends Disposable {
  /** Gives the answer, or what was proposed where it is empty. Throws a `CreateError` where the person ends it. */
  readonly ask: (question: string, proposed: string) => Promise<string>;
}

/** Questions on a terminal; undefined where there is none. Nothing is read before the first question. */
export function terminalQuestions(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): TerminalQuestions | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  let lines: Interface | undefined;
  let answers: AsyncIterator<string> | undefined;
  return {
    ask: async (question, proposed) => {
      // One reader for all questions: answers may be typed before they are asked for.
      lines ??= createInterface({ input, output });
      answers ??= lines[Symbol.asyncIterator]();
      lines.setPrompt(`${question} (${proposed}): `);
      lines.prompt();
      const { value, done } = await answers.next();
      if (done === true) throw new CreateError("Cancelled", "cancelled");
      const answer = value.trim();
      return answer === "" ? proposed : answer;
    },
    [Symbol.dispose]: () => lines?.close(),
  };
}

/** What is wrong at one place of an expression. */
export interface Problem {
  /** Where, in code points from the start of the expression; -1 is nowhere. */
  readonly offset: number;
  readonly message: string;
}

/** Longest line that is shown below a problem. */
const LONGEST_SNIPPET = 16_384;
/** As many problems as cel-go reports of one expression. */
const MOST_PROBLEMS = 100;

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Writes problems as cel-go does: ordered by place, each with its line and a pointer below it. */
export function displayProblems(expression: string, problems: readonly Problem[]): string {
  const lines = expression.split("\n").map((line) => Array.from(line));
  const placed = problems
    .map((problem) => ({ problem, place: placeOf(lines, problem.offset) }))
    .sort((left, right) => left.place.line - right.place.line || left.place.column - right.place.column);
  const shown = placed.slice(0, MOST_PROBLEMS).map(({ problem, place }) => {
    const head = `ERROR: <input>:${place.line}:${place.column + 1}: ${problem.message}`;
    if (problem.offset < 0) return head;
    return head + snippet(lines[place.line - 1] ?? [], place.column);
  });
  if (placed.length > MOST_PROBLEMS)
    shown.push(`${placed.length - MOST_PROBLEMS} more errors were truncated`);
  return shown.join("\n");
}

function placeOf(lines: readonly (readonly string[])[], offset: number): Place {
  if (offset < 0) return { line: -1, column: -1 };
  let rest = offset;
  for (const [index, line] of lines.entries()) {
    if (rest <= line.length) return { line: index + 1, column: rest };
    rest -= line.length + 1;
  }
  return { line: lines.length, column: lines.at(-1)?.length ?? 0 };
}

/** A pointer below a character of more than one byte is drawn in full width, as are the dots before it. */
function snippet(line: readonly string[], column: number): string {
  if (line.length > LONGEST_SNIPPET) return "";
  const text = line.join("").replaceAll("\t", " ");
  const dots = line
    .slice(0, column)
    .map((character) => (isWide(character) ? "．" : "."))
    .join("");
  const pointed = line[column];
  return `\n | ${text}\n | ${dots}${pointed !== undefined && isWide(pointed) ? "＾" : "^"}`;
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) > 0x7f;
}

/** An index in pieces: all but the charts, and each chart with its versions. */
export interface CutIndex {
  readonly head: string;
  readonly charts: readonly string[];
}

/**
 * Cuts the text of an index at the lines that start a chart, so that its parts can be read one by one; undefined where
 * it is not written as helm writes it. Charts that nobody wants are left out without being looked at.
 */
export function cutIndex(text: string, wanted: ReadonlySet<string> | undefined): CutIndex | undefined {
  if (/^(?:---|%|\t)/m.test(text) || /[&*]\w/.test(text.slice(0, 1)) || text.includes("\r")) return undefined;
  const start = /^entries:[ ]*\n/m.exec(text);
  if (start === null) return undefined;
  const first = start.index + start[0].length;
  const indent = /^[ ]*/.exec(text.slice(first, first + 64))?.[0] ?? "";
  if (indent === "") return undefined;
  const end = endOfBlock(text, first);
  const head = `${text.slice(0, start.index)}${text.slice(end)}`;
  return { head, charts: chartsIn(text.slice(first, end), indent, wanted) };
}

/** Where the next line starts that is not indented. */
function endOfBlock(text: string, from: number): number {
  const pattern = /^[^ \n#]/gm;
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

function chartsIn(block: string, indent: string, wanted: ReadonlySet<string> | undefined): readonly string[] {
  const pattern = new RegExp(`^${indent}([^ \\n#-][^\\n]*)$`, "gm");
  const starts: { readonly at: number; readonly line: string }[] = [];
  for (let found = pattern.exec(block); found !== null; found = pattern.exec(block)) {
    starts.push({ at: found.index, line: found[1] ?? "" });
  }
  return starts.flatMap(({ at, line }, index) => {
    const isWanted = wanted === undefined || !/^[\w.-]+:$/.test(line) || wanted.has(line.slice(0, -1));
    return isWanted ? [block.slice(at, starts[index + 1]?.at ?? block.length)] : [];
  });
}

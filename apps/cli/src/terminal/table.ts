/**
 * Lays rows out in columns as flux does: each cell as wide as its column and followed by a tab, so that `cut` finds it; behind
 * the last cell of the header there is a space instead.
 */
export function renderTable(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): string {
  const all = header === undefined ? rows : [header, ...rows];
  const widths = all.reduce<readonly number[]>(
    (most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)),
    [],
  );
  const lay = (row: readonly string[]): string =>
    row.map((cell, index) => `${cell.padEnd(widths[index] ?? 0)}\t`).join("");
  const lines = rows.map(lay);
  const head = header === undefined ? [] : [lay(header).replace(/\t$/, " ")];
  return [...head, ...lines].map((line) => `${line}\n`).join("");
}

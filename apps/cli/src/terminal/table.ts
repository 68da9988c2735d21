const GAP = "  ";

/** Lays rows out in columns; the last column is as wide as it is. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<readonly number[]>(
    (most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)),
    [],
  );
  const lines = rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join(GAP),
  );
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

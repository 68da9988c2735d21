const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A size in decimal units with four digits, as Flux writes it: `4.367kB`. */
export function humanSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Number(size.toPrecision(4))}${UNITS[unit] ?? ""}`;
}

import type { Dice } from "../dice.ts";

type Fault = (dice: Dice, text: string) => string;

function replaceLine(dice: Dice, text: string, change: (line: string) => string): string {
  const lines = text.split("\n");
  const at = dice.int(0, Math.max(0, lines.length - 2));
  lines[at] = change(lines[at] ?? "");
  return lines.join("\n");
}

const FAULTS: readonly Fault[] = [
  // A line is gone, doubled, or stands elsewhere than it should.
  (dice, text) => replaceLine(dice, text, () => ""),
  (dice, text) => replaceLine(dice, text, (line) => `${line}\n${line}`),
  (dice, text) => replaceLine(dice, text, (line) => ` ${line}`),
  (dice, text) => replaceLine(dice, text, (line) => line.trimStart()),
  (dice, text) => replaceLine(dice, text, (line) => `\t${line}`),
  // A value of another type.
  (dice, text) =>
    replaceLine(dice, text, (line) =>
      line.replace(/: .*$/, () => dice.pick([": []", ": {}", ": 1", ": null", ":", ": true", ": x: y"])),
    ),
  (dice, text) => replaceLine(dice, text, (line) => line.replace(/: /, ":")),
  (dice, text) => replaceLine(dice, text, (line) => line.replace(/(\w+):/, "$1x:")),
  (dice, text) => replaceLine(dice, text, (line) => line.replace(/(\w+)$/, "${1}x")),
  // Text that is no YAML, or not what a reader expects.
  (dice, text) =>
    text + dice.pick(["unknownField: 1\n", "}\n", "- a\n", "  x\n", "---\nfoo\n", "...\n", "%YAML 1.1\n"]),
  (dice, text) => dice.pick(["\ufeff", "%YAML 1.1\n---\n", "--- foo\n", "[]\n", "\t\n"]) + text,
  () => "",
  (dice, text) => text.slice(0, dice.int(0, text.length)),
];

/** Makes one file wrong, or takes it away. */
export function spoil(dice: Dice, files: Record<string, string>): void {
  const path = dice.pick(Object.keys(files));
  if (dice.chance(0.08)) {
    delete files[path];
    return;
  }
  files[path] = dice.pick(FAULTS)(dice, files[path] ?? "");
}

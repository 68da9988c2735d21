import type { Dice } from "../dice.ts";
import { Raw, type Yaml } from "../yaml-writer.ts";

/** Names that resources share, so that references, patches and targets meet. */
export const NAMES = ["app", "web", "db", "app-config", "a", "b1", "my.name", "settings"] as const;
export const NAMESPACES = ["default", "team-a", "team-b", "kube-system"] as const;
export const LABEL_KEYS = ["app", "tier", "app.kubernetes.io/name", "version", "env"] as const;
export const LABEL_VALUES = ["web", "db", "v1", "1", "true", "prod", "", "a.b_c"] as const;
export const IMAGES = [
  "nginx",
  "nginx:1.19",
  "repo.io:5000/team/app:v1.2.3",
  "busybox@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
  "my.repo/nginx:latest@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
  "app",
] as const;

const LONG =
  "the quick brown fox jumps over the lazy dog and then it goes on and on until the line is much longer than eighty columns";

/** Strings that emitters and resolvers treat in special ways. */
export const ODD_STRINGS: readonly string[] = [
  "",
  " ",
  "yes",
  "off",
  "y",
  "null",
  "~",
  "true",
  "0755",
  "1e3",
  "1.0",
  "0x1F",
  "12:30:45",
  "2024-01-02",
  "1_000",
  ".5",
  "-",
  "- a",
  "a: b",
  "a #b",
  "# c",
  "*x",
  "&x",
  "@at",
  "`tick`",
  "%p",
  "{a}",
  "[a]",
  "?",
  "!t",
  "|",
  ">",
  "'q'",
  '"q"',
  "a'b",
  'a"b',
  "back\\slash",
  " leading",
  "trailing ",
  "tab\there",
  "two\nlines",
  "two\nlines\n",
  "many\n\n\nlines\n\n",
  "  indented\nblock\n",
  "first\n  indented\nlast\n",
  "key: value\nother: [1, 2]\n",
  "line with trailing \nblank\n",
  "\nstarts with a break",
  "héllo wörld",
  "日本語テキスト",
  "emoji 🎉 here",
  "a\u0085b",
  "a\u2028b",
  "nb\u00a0sp",
  "bell\u0007",
  LONG,
  `${LONG}  double  blanks ${LONG}`,
  `${LONG}\n${LONG}\n`,
  `x: ${LONG}`,
  "=",
  "<<",
  ".inf",
  "$(VAR_A)",
  "pre-$(VAR_A)-post $(VAR_B) $$(VAR_A)",
  "a,b;c|d",
];

/** Plain scalars whose meaning hangs on how they are read. */
const ODD_RAW: readonly string[] = [
  "~",
  "",
  "null",
  "Null",
  "True",
  "FALSE",
  "yes",
  "no",
  "on",
  "y",
  "0755",
  "0o17",
  "0x1F",
  "0b11",
  "1_000",
  "1.50",
  "1e3",
  "+1",
  "-0",
  "-0.0",
  ".5",
  "5.",
  "9007199254740993",
  "18446744073709551615",
  "123456789012345678901234567890",
  "0.1",
  "1e-7",
  "123456789.125",
  "2024-01-02",
  "2024-01-02T03:04:05Z",
  "2024-01-02 03:04:05.5 +02:00",
  "12:30:45",
  "1:2",
  "0.0.0.0",
  "a b  c",
  "=",
  "!!str 5",
  "!custom value",
  "! 5",
  "!!binary aGVsbG8=",
  "!!timestamp 2024-01-02",
  "&anchor plain",
];

/** The like that mostly cannot be read or printed. */
const WRONG_RAW: readonly string[] = [
  "1e400",
  '!!int "5"',
  "!!str",
  "!!null x",
  "!!float 1",
  "!!bool yes",
  "!!int x",
  ".nan",
];

export function someText(dice: Dice): string {
  return dice.chance(0.5)
    ? dice.pick(ODD_STRINGS)
    : dice.pick(["value", "other", "x", "some text here", "k=v"]);
}

/** Any scalar at all. */
export function someScalar(dice: Dice, oddity: number): Yaml {
  if (dice.risks(oddity / 10)) return new Raw(dice.pick(WRONG_RAW));
  if (dice.chance(oddity / 3)) return new Raw(dice.pick(ODD_RAW));
  if (dice.chance(oddity)) return dice.pick(ODD_STRINGS);
  return dice.pick<Yaml>(["value", "other", "x y", 1, 80, true, false, "text", 0, -5, 1.5]);
}

const KEYS = ["a", "b", "c10", "c2", "Key", "_under", "with.dot", "with/slash", "name"] as const;

/** Any value: what a custom resource may hold. */
export function someValue(dice: Dice, depth: number, oddity: number): Yaml {
  const roll = dice.int(0, 9);
  if (depth <= 0 || roll < 5) return someScalar(dice, oddity);
  if (roll === 5) return {};
  if (roll === 6) return dice.many(0, 3, () => someValue(dice, depth - 1, oddity));
  if (roll === 7) {
    return dice.many(1, 3, () => ({ name: dice.pick(NAMES), value: someValue(dice, depth - 2, oddity) }));
  }
  const keys = dice.some<string>(dice.takesRisks ? [...KEYS, "9", "true", "n"] : KEYS, 4);
  return Object.fromEntries(keys.map((key) => [key, someValue(dice, depth - 1, oddity)]));
}

export function someLabels(dice: Dice, most = 3): Record<string, string> {
  return Object.fromEntries(dice.some(LABEL_KEYS, most).map((key) => [key, dice.pick(LABEL_VALUES)]));
}

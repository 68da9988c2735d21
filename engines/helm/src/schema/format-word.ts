import { quotedChar } from "./quoted-char.ts";

export function jsonPointerProblem(text: string): string | undefined {
  if (text === "") return undefined;
  if (!text.startsWith("/")) return "not starting with /";
  return /~(?![01])/.test(text) ? "~ must be followed by 0 or 1" : undefined;
}

export function relativeJsonPointerProblem(text: string): string | undefined {
  const digits = /^\d*/.exec(text)?.[0] ?? "";
  if (digits === "") return "must start with non-negative integer";
  if (digits.length > 1 && digits.startsWith("0")) return "starts with zero";
  const rest = text.slice(digits.length);
  return rest === "#" ? undefined : jsonPointerProblem(rest);
}

const UUID_GROUPS = [8, 4, 4, 4, 12];

export function uuidProblem(text: string): string | undefined {
  const groups = text.split("-");
  if (groups.length !== UUID_GROUPS.length) return `must have ${UUID_GROUPS.length} elements`;
  for (const [index, group] of groups.entries()) {
    const length = UUID_GROUPS[index] ?? 0;
    if (Buffer.byteLength(group) !== length) return `element ${index + 1} must be ${length} characters long`;
    const other = /[^0-9a-fA-F]/u.exec(group)?.[0];
    if (other !== undefined) return `non-hex character ${quotedChar(other)}`;
  }
  return undefined;
}

export function semverProblem(text: string): string | undefined {
  const [beforeBuild = "", build] = splitAt(text, "+");
  const [core = "", preRelease] = splitAt(beforeBuild, "-");
  return buildProblem(build) ?? preReleaseProblem(preRelease) ?? coreProblem(core);
}

/** What stands before the first separator and, if there is one, behind it. */
function splitAt(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function buildProblem(build: string | undefined): string | undefined {
  if (build === undefined) return undefined;
  if (build === "") return "build is empty";
  for (const id of build.split(".")) {
    if (id === "") return "build identifier is empty";
    const other = /[^0-9A-Za-z-]/u.exec(id)?.[0];
    if (other !== undefined) return `invalid character ${quotedChar(other)} in build identifier`;
  }
  return undefined;
}

function preReleaseProblem(preRelease: string | undefined): string | undefined {
  for (const id of preRelease?.split(".") ?? []) {
    if (id === "") return "pre-release identifier is empty";
    const other = /[^0-9A-Za-z-]/u.exec(id)?.[0];
    if (other !== undefined) return `invalid character ${quotedChar(other)} in pre-release identifier`;
    if (/^0\d+$/.test(id)) return "pre-release numeric identifier starts with zero";
  }
  return undefined;
}

function coreProblem(core: string): string | undefined {
  const numbers = core.split(".");
  if (numbers.length !== 3) return "versionCore must have 3 numbers separated by dot";
  for (const [index, number] of numbers.entries()) {
    const name = ["major", "minor", "patch"][index] ?? "";
    if (number === "") return `${name} is empty`;
    if (number.length > 1 && number.startsWith("0")) return `${name} starts with zero`;
    if (/\D/.test(number)) return `${name} contains non-digit`;
  }
  return undefined;
}

import { compileRegexp, RegexpSyntaxError } from "@weir/text";
import { dateProblem, dateTimeProblem, durationProblem, periodProblem, timeProblem } from "./format-time.ts";
import { emailProblem, hostnameProblem, ipv4Problem, ipv6Problem } from "./format-host.ts";
import { uriProblem, uriReferenceProblem, uriTemplateProblem } from "./format-uri.ts";
import { jsonPointerProblem, relativeJsonPointerProblem, semverProblem, uuidProblem } from "./format-word.ts";

/** A named form of strings. */
export interface Format {
  readonly name: string;
  /** What keeps a text from having the form, in the words of helm's library; undefined if it has it. */
  readonly problemOf: (text: string) => string | undefined;
}

const FORMATS: ReadonlyMap<string, Format["problemOf"]> = new Map<string, Format["problemOf"]>([
  ["regex", regexProblem],
  ["json-pointer", jsonPointerProblem],
  ["relative-json-pointer", relativeJsonPointerProblem],
  ["uuid", uuidProblem],
  ["duration", durationProblem],
  ["period", periodProblem],
  ["ipv4", ipv4Problem],
  ["ipv6", ipv6Problem],
  ["hostname", hostnameProblem],
  ["email", emailProblem],
  ["date", dateProblem],
  ["time", timeProblem],
  ["date-time", dateTimeProblem],
  ["uri", uriProblem],
  ["iri", uriProblem],
  ["uri-reference", uriReferenceProblem],
  ["iri-reference", uriReferenceProblem],
  ["uri-template", uriTemplateProblem],
  ["semver", semverProblem],
]);

/** The format of a name; undefined for one that is not known, which everything has. */
export function formatNamed(name: string): Format | undefined {
  const problemOf = FORMATS.get(name);
  return problemOf === undefined ? undefined : { name, problemOf };
}

function regexProblem(text: string): string | undefined {
  try {
    compileRegexp(text);
    return undefined;
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return error.message;
    throw error;
  }
}

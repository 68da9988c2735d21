import { ConstraintError, GoCallError, parseConstraint } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { SemverObject, semverOf } from "./semver-object.ts";

/** Functions on semantic versions. */
export const semverFunctions = [
  defineFunction(
    "semver",
    ["string"],
    "*semver.Version",
    ([text]) => new SemverObject(semverOf(text), "ptr"),
  ),
  defineFunction("semverCompare", ["string", "string"], "bool", ([constraint, version]) => {
    const range = constraintOf(constraint);
    return range.check(semverOf(version));
  }),
];

function constraintOf(text: string): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(text);
  } catch (error) {
    if (error instanceof ConstraintError) throw new GoCallError(error.message, { cause: error });
    throw error;
  }
}

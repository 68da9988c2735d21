import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField } from "@weir/schema";
import { goStructText, isSameGoStruct } from "../../validation/go-struct.ts";
import { lineDiff } from "../../validation/line-diff.ts";
import { MIRROR } from "../../validation/pod/annotations.ts";
import { podOptions } from "../../validation/pod/pod-options.ts";
import { child, children, text } from "../draft-access.ts";
import { wholePodErrors } from "./pod-rules.ts";
import { annotationUpdateErrors } from "./pod-update-errors.ts";

/** What is wrong with containers that are put into a running Pod; those that are there stay. */
export function ephemeralUpdateErrors(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const annotations = child(child(old, "metadata"), "annotations");
  if (annotations?.[MIRROR] !== undefined)
    return [forbiddenField("[]", "static pods do not support ephemeral containers")];
  const at = "spec.ephemeralContainers";
  const type = "EphemeralContainer";
  const now = new Map(
    children(child(pod, "spec"), "ephemeralContainers").map((each) => [text(each, "name"), each]),
  );
  const errors = [...wholePodErrors(pod, podOptions(pod, old)), ...annotationUpdateErrors(pod, old)];
  for (const before of children(child(old, "spec"), "ephemeralContainers")) {
    const name = text(before, "name");
    const next = now.get(name);
    const quoted = JSON.stringify(name);
    if (next === undefined)
      errors.push(forbiddenField(at, `existing ephemeral containers ${quoted} may not be removed\n`));
    else if (!isSameGoStruct(type, before, next)) {
      const diff = lineDiff(goStructText(type, before, " "), goStructText(type, next, " "));
      const detail = `existing ephemeral containers ${quoted} may not be changed\n${diff}`;
      errors.push(forbiddenField(at, detail));
    }
  }
  return errors;
}

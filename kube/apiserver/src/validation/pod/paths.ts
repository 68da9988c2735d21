import type { FieldError } from "@weir/schema";
import { invalidField } from "@weir/schema";

/** A path must not lead upwards. */
export function upwardErrors(path: string, field: string): readonly FieldError[] {
  return path.split("/").includes("..") ? [invalidField(field, path, "must not contain '..'")] : [];
}

/** A path must lead down from where it starts. */
export function descendingErrors(path: string, field: string): readonly FieldError[] {
  const isAbsolute = path.startsWith("/");
  return [
    ...(isAbsolute ? [invalidField(field, path, "must be a relative path")] : []),
    ...upwardErrors(path, field),
  ];
}

/** A path of a volume's file must not be one that the volume keeps for itself. */
export function fileErrors(path: string, field: string): readonly FieldError[] {
  const errors = descendingErrors(path, field);
  const isReserved = path.startsWith("..") && !path.startsWith("../");
  return isReserved ? [...errors, invalidField(field, path, "must not start with '..'")] : errors;
}

import { type FieldError, invalidField } from "@weir/schema";

/** A value that names something that is not there. */
export function notFoundField(field: string, value: string, detail = ""): FieldError {
  const said = `Not found: ${JSON.stringify(value)}`;
  return {
    ...invalidField(field, value, detail),
    type: "Not found",
    reason: "FieldValueNotFound",
    message: detail === "" ? said : `${said}: ${detail}`,
  };
}

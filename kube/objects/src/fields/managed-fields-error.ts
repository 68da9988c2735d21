import { WeirError } from "@weir/core";

/** Field ownership that cannot be read: a `managedFields` entry or a FieldsV1 tree that is malformed. */
export class ManagedFieldsError extends WeirError {
  override readonly name = "ManagedFieldsError";
  readonly reason = "InvalidManagedFields";
  readonly retry = "never";
}

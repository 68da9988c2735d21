import { WeirError } from "@weir/core";

/** Why a JSON patch did not apply: the sentinel errors of evanphx/json-patch. */
export type JsonPatchFailure =
  | "test-failed"
  | "missing"
  | "invalid"
  | "invalid-index"
  | "unexpected-kind"
  | "malformed"
  | "too-large";

/**
 * A JSON patch that does not apply to a document. The message is evanphx/json-patch's own text, because kustomize and
 * Flux show it to the user; the API server answers 422 and keeps the text to itself.
 */
export class JsonPatchError extends WeirError {
  override readonly name = "JsonPatchError";
  readonly reason = "Invalid";
  readonly retry = "never";
  readonly failure: JsonPatchFailure;
  /** Index of the operation in the patch. */
  readonly operation: number | undefined;

  constructor(message: string, failure: JsonPatchFailure, operation?: number) {
    super(message);
    this.failure = failure;
    this.operation = operation;
  }
}

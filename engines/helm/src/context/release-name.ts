import { WeirError } from "@weir/core";

/** A release cannot be called this; the message is Helm's. */
export class ReleaseNameError extends WeirError {
  override readonly name = "ReleaseNameError";
  readonly reason = "InvalidReleaseName";
  readonly retry = "never";
}

const PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
const PART = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LONGEST = 53;

/** Throws a `ReleaseNameError` for a name that Helm does not give a release. */
export function checkReleaseName(name: string): void {
  if (name === "") throw new ReleaseNameError("no name provided");
  if (Buffer.byteLength(name) <= LONGEST && name.split(".").every((part) => PART.test(part))) return;
  const rule = `must match regex ${PATTERN} and the length must not be longer than ${LONGEST}`;
  throw new ReleaseNameError(`invalid release name, ${rule}`);
}

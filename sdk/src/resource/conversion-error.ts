import { WeirError } from "@weir/core";

/** An object is of a version that its resource does not declare, or shall become one. */
export class UnknownVersionError extends WeirError {
  override readonly name = "UnknownVersionError";
  readonly reason = "UnknownVersion";
  readonly retry = "never";
  readonly kind: string;
  readonly apiVersion: string;

  constructor(kind: string, apiVersion: string) {
    super(`${kind} has no version ${apiVersion}`);
    this.kind = kind;
    this.apiVersion = apiVersion;
  }
}

/** A conversion function threw. */
export class ConversionFailedError extends WeirError {
  override readonly name = "ConversionFailedError";
  readonly reason = "ConversionFailed";
  readonly retry = "never";
  readonly kind: string;
  readonly from: string;
  readonly to: string;

  constructor(
    about: { readonly kind: string; readonly from: string; readonly to: string },
    options: { readonly cause: unknown },
  ) {
    super(`cannot convert ${about.kind} from ${about.from} to ${about.to}`, options);
    this.kind = about.kind;
    this.from = about.from;
    this.to = about.to;
  }
}

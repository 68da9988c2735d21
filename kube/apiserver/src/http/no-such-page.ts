import { WeirError } from "@weir/core";

/** A path that belongs to no API: answered with a page, not with a Status. */
export class NoSuchPageError extends WeirError {
  override readonly name = "NoSuchPageError";
  readonly reason = "NotFound";
  readonly retry = "next-interval";

  constructor() {
    super("404 page not found");
  }
}

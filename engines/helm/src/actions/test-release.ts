import { InvariantError } from "@weir/core";
import type { Release } from "../release/release.ts";
import type { ReleaseContext } from "./release-context.ts";

/** Which tests of a release are run. */
export interface TestRequest {
  readonly name: string;
  readonly timeoutMs?: number;
  /** Names of the hooks that are run; all by default. */
  readonly include?: readonly string[];
  /** Names of the hooks that are left out. */
  readonly exclude?: readonly string[];
}

/** Runs the test hooks of the newest revision and records how they ended. A failing test is a `ReleaseActionError`. */
export function testRelease(_context: ReleaseContext, _request: TestRequest): Promise<Release> {
  throw new InvariantError("testRelease is not there yet");
}

import type { FuzzTarget } from "./fuzz-target.ts";
import { helmTarget } from "./helm/target.ts";
import { kustomizeTarget } from "./kustomize/target.ts";

/** What can be fuzzed, by name. */
export const TARGETS: readonly FuzzTarget[] = [kustomizeTarget, helmTarget];

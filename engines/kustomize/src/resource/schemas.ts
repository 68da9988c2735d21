import type { MergeShape } from "../patch/merge-shape.ts";

/** What a build knows about kinds; a custom `openapi` schema replaces the built-in one. */
export interface Schemas {
  isCertainlyClusterScoped(apiVersion: string, kind: string): boolean;
  shapeOf(apiVersion: string, kind: string): MergeShape | undefined;
}

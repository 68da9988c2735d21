import type { Patch } from "@weir/client";
import type { KubeObject } from "@weir/objects";
export interface ThreeWay {
  readonly original: KubeObject;
  readonly live: KubeObject;
  readonly target: KubeObject;
}
export function threeWayPatch(
  _sides: ThreeWay,
  _threeWayForCustom: boolean,
): Exclude<Patch, { type: "json" }> {
  return { type: "merge", patch: {} };
}

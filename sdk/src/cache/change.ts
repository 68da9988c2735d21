import type { KubeObject } from "@weir/objects";

/**
 * A change of one object as its watch showed it.
 *
 * `isOwn` says that it comes of a write by this process (or may: one was under way when it came).
 */
export type Change<R = KubeObject> =
  | {
      readonly kind: "create";
      readonly object: R;
      /** Part of the first state of the watch: nothing happened just now. */
      readonly isInitial: boolean;
      readonly isOwn: boolean;
    }
  | { readonly kind: "update"; readonly previous: R; readonly object: R; readonly isOwn: boolean }
  | {
      readonly kind: "delete";
      /** The last state that was seen. */
      readonly object: R;
      /** The deletion itself was not seen; it was found by reading everything again. */
      readonly isMissed: boolean;
      readonly isOwn: boolean;
    };

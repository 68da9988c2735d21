import type { Waiver } from "../fuzz-target.ts";

/** Differences on purpose. */
export const WAIVERS: readonly Waiver[] = [
  {
    name: "a panic in CEL",
    reason:
      "upstream compares lists of x-kubernetes-list-type set by hashing their items and panics where these are maps; here the lists are compared",
    applies: (_given, _ours, theirs) =>
      theirs.output?.includes("runtime error: hash of unhashable type") ?? false,
  },
  {
    name: "kube-apiserver panics",
    reason:
      "upstream drops the connection of a request in which it panics, however often it is asked; here the request is answered",
    applies: (_given, ours, theirs) =>
      ours.output !== undefined && (theirs.error ?? "").includes("socket hang up"),
  },
];

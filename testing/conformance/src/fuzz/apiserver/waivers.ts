import { parseJson } from "@weir/core";
import type { FuzzOutcome, Waiver } from "../fuzz-target.ts";
import type { Exchange } from "./conversation.ts";
import { conversationDifference } from "./difference.ts";

function exchangesIn({ output }: FuzzOutcome): readonly Exchange[] {
  return parseJson(output ?? "[]") as unknown as readonly Exchange[];
}

function partsAt(ours: FuzzOutcome, theirs: FuzzOutcome): string {
  return conversationDifference(exchangesIn(ours), exchangesIn(theirs))?.detail ?? "";
}

/** Whether both refuse the object of a built-in kind where the conversations part, and differ in what they say of it. */
function areBothRefusals(ours: FuzzOutcome, theirs: FuzzOutcome): boolean {
  const at = Number(/^\d+/.exec(partsAt(ours, theirs))?.[0] ?? -1);
  const [own, their] = [exchangesIn(ours)[at], exchangesIn(theirs)[at]];
  if (own === undefined || their === undefined || their.request.path.includes("$NS.example.com"))
    return false;
  if (their.request.path.includes("/customresourcedefinitions")) return false;
  return own.response.status === 422 && their.response.status === 422;
}

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
  {
    name: "the second version of a claim",
    reason:
      "upstream writes a PersistentVolumeClaim anew with the first write after its creation, though nothing in it changes but its version",
    applies: (_given, ours, theirs) =>
      /persistentvolumeclaims[^\n]*\n[^\n]*\n\.metadata\.resourceVersion\n/.test(partsAt(ours, theirs)),
  },
  {
    name: "refused for fewer reasons",
    reason:
      "objects of built-in kinds are refused as upstream refuses them, but rules that Git repositories do not run into are not told among the reasons, and some are told in another order",
    applies: (_given, ours, theirs) => areBothRefusals(ours, theirs),
  },
];

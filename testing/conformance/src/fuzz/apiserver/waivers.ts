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

/** The version of an object is where the conversations part. */
const OWN_VERSION = /\n\.metadata\.resourceVersion\n/;

/** Whether nulls were written where a kind keeps bytes. */
function writesNullBytes(theirs: FuzzOutcome): boolean {
  return exchangesIn(theirs).some(
    ({ request }) =>
      /\/(?:configmaps|secrets)\b/.test(request.path) &&
      /"(?:data|binaryData)":\{[^{}]*null/.test(JSON.stringify(request.body ?? null)),
  );
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
    name: "null for bytes",
    reason:
      "upstream stores bytes that are null otherwise than empty ones, though it reads both as empty: a write of the one over the other gives the object another version",
    applies: (_given, ours, theirs) => writesNullBytes(theirs) && OWN_VERSION.test(partsAt(ours, theirs)),
  },
  {
    name: "labels by default",
    reason:
      "upstream reads Jobs and ReplicationControllers that have no labels with those of their template, and stores them with the next write, whatever that changes; here they are stored at once",
    applies: (_given, ours, theirs) =>
      /\/(?:jobs|replicationcontrollers)\/[^\n]*\n[^\n]*\n\.metadata\.resourceVersion\n/.test(
        partsAt(ours, theirs),
      ),
  },
  {
    name: "which wrong value comes first",
    reason:
      "of several values of the wrong type at one place upstream tells the first, in the order of a Go struct or of its keys, as the patch has touched what holds them or not; here it is the order of the object",
    applies: (_given, ours, theirs) => {
      const parts = /\nwant: (.*)\ngot: {2}(.*)$/s.exec(partsAt(ours, theirs));
      const kindless = (text = ""): string =>
        text.replace(/(?<=json: cannot unmarshal )\w+(?: [\d.e+]+)?/, "");
      return (
        parts !== null &&
        parts[1]?.includes("json: cannot unmarshal") === true &&
        kindless(parts[1]) === kindless(parts[2])
      );
    },
  },
  {
    name: "a status patched as another kind",
    reason:
      "upstream forgets all managers of a custom resource whose status a patch gives another kind, as it finds no type for that; here the kind is left aside",
    applies: (_given, ours, theirs) =>
      /PATCH [^\n]*\/status\?[^\n]*\n[^\n]*"kind":"Other"[^\n]*\n\.metadata\.managedFields\n/.test(
        partsAt(ours, theirs),
      ),
  },
];

import type { KubeObject } from "@weir/objects";
import { fluxObjectOf, readyOf, revisionOf } from "./flux-object.ts";

/** What `weir get` shows of an object, as flux does. */
export interface ObjectRow {
  readonly namespace: string;
  readonly name: string;
  readonly revision: string;
  readonly suspended: string;
  readonly ready: string;
  readonly message: string;
}

/** The row of a Flux object. */
export function objectRow(object: KubeObject): ObjectRow {
  const flux = fluxObjectOf(object);
  const { namespace = "", name = "" } = flux.metadata;
  const { status, message } = readyOf(flux) ?? { status: "Unknown", message: "not looked at yet" };
  return {
    namespace,
    name,
    revision: shortRevision(revisionOf(flux) ?? ""),
    suspended: flux.spec.suspend === true ? "True" : "False",
    ready: status,
    message: shortRevision(message.trim().split("\n")[0] ?? ""),
  };
}

/** Commits and digests are cut to the length that people read. */
function shortRevision(text: string): string {
  return text.replace(/\b(sha1|sha256):([0-9a-f]{8})[0-9a-f]+/g, "$1:$2");
}

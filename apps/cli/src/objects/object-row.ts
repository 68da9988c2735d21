import type { KubeObject } from "@weir/objects";
import { shortRevision } from "../terminal/short-revision.ts";
import { fluxObjectOf, isStatic, readyOf, revisionOf, sourceOf } from "./flux-object.ts";

/** What `weir get` shows of an object, as flux does. */
export interface ObjectRow {
  readonly namespace: string;
  readonly name: string;
  readonly source: string;
  readonly revision: string;
  readonly suspended: string;
  readonly ready: string;
  readonly message: string;
}

/** The row of a Flux object. */
export function objectRow(object: KubeObject): ObjectRow {
  const flux = fluxObjectOf(object);
  const { namespace = "", name = "" } = flux.metadata;
  const { status, message } = isStatic(flux)
    ? { status: "True", message: "Helm repository is Ready" }
    : (readyOf(flux) ?? { status: "False", message: "waiting to be reconciled" });
  const source = sourceOf(flux);
  return {
    namespace,
    name,
    source: source === undefined ? "" : `${source.kind}/${source.namespace ?? ""}/${source.name}`,
    revision: shortRevision(revisionOf(flux) ?? ""),
    suspended: flux.spec.suspend === true ? "True" : "False",
    ready: status,
    message: shortRevision(message.trim().split("\n")[0] ?? ""),
  };
}

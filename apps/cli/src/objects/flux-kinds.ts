import { fluxResources } from "@weir/api";
import type { Kind } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { CommandError } from "../cli-error.ts";

/** A Flux kind and the names that people call it by. */
export interface NamedKind {
  readonly kind: Kind<KubeObject>;
  readonly names: readonly string[];
}

/** Short forms that flux's users know, besides the short names of the definitions. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { Kustomization: ["ks"], HelmRelease: ["hr"] };

/** All kinds with the names they answer to. */
export function namedKinds(): readonly NamedKind[] {
  return fluxResources.map((resource) => {
    const { names } = resource.crd().spec;
    const all = [
      names.kind,
      names.plural,
      names.singular ?? "",
      ...(names.shortNames ?? []),
      ...(ALIASES[names.kind] ?? []),
    ];
    const known = all.filter((name) => name !== "").map((name) => name.toLowerCase());
    return { kind: resource as unknown as Kind<KubeObject>, names: [...new Set(known)] };
  });
}

/** The kind that a person means. Throws `CommandError` with the names there are. */
export function findKind(name: string): Kind<KubeObject> {
  const kinds = namedKinds();
  const found = kinds.find(({ names }) => names.includes(name.toLowerCase()));
  if (found !== undefined) return found.kind;
  const known = kinds.map(({ names }) => names[0]).join(", ");
  throw new CommandError("UnknownKind", `there is no kind ${JSON.stringify(name)}; there are ${known}`);
}

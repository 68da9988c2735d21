import { fluxResources } from "@weir/api";
import type { Kind } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { CommandError } from "../cli-error.ts";

/** A Flux kind and the names that people call it by. */
export interface NamedKind {
  readonly kind: Kind<KubeObject>;
  readonly names: readonly string[];
  /** The second word of `source git`, where it is a kind of source. */
  readonly source: string | undefined;
  /** What people call one: `source git`, `kustomization`. */
  readonly words: string;
}

/** Short forms that flux's users know, besides the short names of the definitions. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { Kustomization: ["ks"], HelmRelease: ["hr"] };

const SOURCES: Readonly<Record<string, string>> = {
  GitRepository: "git",
  OCIRepository: "oci",
  Bucket: "bucket",
  HelmRepository: "helm",
  HelmChart: "chart",
  ExternalArtifact: "external",
};

/** The order in which flux lists the kinds. */
const LISTED = [
  "OCIRepository",
  "Bucket",
  "GitRepository",
  "HelmRepository",
  "HelmChart",
  "ExternalArtifact",
  "HelmRelease",
  "Kustomization",
];

const SOURCE_WORDS = ["source", "sources"];

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
    const source = SOURCES[names.kind];
    return {
      kind: resource as unknown as Kind<KubeObject>,
      names: [...new Set(known)],
      source,
      words: source === undefined ? names.kind.toLowerCase() : `source ${source}`,
    };
  });
}

/** What the words behind a verb mean: kinds, and the words that follow them. */
export interface NamedKinds {
  readonly kinds: readonly NamedKind[];
  /** More than one kind was asked for. */
  readonly isMixed: boolean;
  readonly rest: readonly string[];
}

/** Reads `ks NAME`, `source git NAME`, `sources all`, `all` and nothing. Throws `CommandError` with the names there are. */
export function readKinds(words: readonly string[]): NamedKinds {
  const [first = "all", second, ...others] = words;
  const listed = namedKinds().toSorted(
    (left, right) => LISTED.indexOf(left.kind.kind) - LISTED.indexOf(right.kind.kind),
  );
  if (first === "all") return { kinds: listed, isMixed: true, rest: words.slice(1) };
  if (!SOURCE_WORDS.includes(first))
    return { kinds: [findKind(first)], isMixed: false, rest: words.slice(1) };
  const sources = listed.filter(({ source }) => source !== undefined);
  if (second === undefined || second === "all") return { kinds: sources, isMixed: true, rest: others };
  const found = sources.find(({ source }) => source === second);
  if (found !== undefined) return { kinds: [found], isMixed: false, rest: others };
  const known = sources.map(({ source }) => source).join(", ");
  throw new CommandError(
    "UnknownKind",
    `there is no source ${JSON.stringify(second)}; there are ${known}, all`,
  );
}

/** The kind that a person means. Throws `CommandError` with the names there are. */
export function findKind(name: string): NamedKind {
  const kinds = namedKinds();
  const found = kinds.find(({ names }) => names.includes(name.toLowerCase()));
  if (found !== undefined) return found;
  const known = kinds.map(({ names }) => names[0]).join(", ");
  throw new CommandError("UnknownKind", `there is no kind ${JSON.stringify(name)}; there are ${known}`);
}

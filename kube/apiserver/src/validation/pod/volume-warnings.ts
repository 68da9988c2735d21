import type { JsonObject } from "@weir/core";
import { child, children, text } from "../../resources/draft-access.ts";

interface Path {
  readonly path: string;
  /** Whence it comes; empty where the volume has one source alone. */
  readonly source: string;
}

/** What a client should hear of files of a volume that stand in each other's way. */
export function overlapWarnings(spec: JsonObject): readonly string[] {
  return children(spec, "volumes").flatMap((volume) => {
    const name = JSON.stringify(text(volume, "name"));
    const alone = [
      ["configMap", (source: JsonObject) => `ConfigMap ${JSON.stringify(text(source, "name"))}`],
      ["secret", (source: JsonObject) => `Secret ${JSON.stringify(text(source, "secretName"))}`],
      ["downwardAPI", () => "DownwardAPI"],
    ] as const;
    const said = alone.flatMap(([key, describe]) => {
      const source = child(volume, key);
      if (source === undefined) return [];
      return overlaps(itemPaths(source, "")).map(
        (each) => `volume ${name} (${describe(source)}): overlapping paths: ${each}`,
      );
    });
    return [...said, ...projectedWarnings(child(volume, "projected"), name)];
  });
}

function projectedWarnings(projected: JsonObject | undefined, name: string): readonly string[] {
  const sources = children(projected, "sources");
  const empty = sources
    .filter((source) => Object.keys(source).length === 0)
    .map(() => `volume ${name} (Projected) has no sources provided`);
  const paths = sources.flatMap(projectedPaths);
  return [
    ...empty,
    ...overlaps(paths).map((each) => `volume ${name} (Projected): overlapping paths: ${each}`),
  ];
}

function projectedPaths(source: JsonObject): readonly Path[] {
  const named = (key: string): string => JSON.stringify(text(child(source, key), "name"));
  const token = child(source, "serviceAccountToken");
  const bundle = child(source, "clusterTrustBundle");
  return [
    ...itemPaths(child(source, "configMap"), `ConfigMap ${named("configMap")}`),
    ...itemPaths(child(source, "secret"), `Secret ${named("secret")}`),
    ...itemPaths(child(source, "downwardAPI"), "DownwardAPI"),
    ...(token === undefined ? [] : [{ path: text(token, "path"), source: "ServiceAccountToken" }]),
    ...(bundle === undefined
      ? []
      : [{ path: text(bundle, "path"), source: `ClusterTrustBundle ${bundleName(bundle)}` }]),
  ];
}

function bundleName(bundle: JsonObject): string {
  return JSON.stringify(text(bundle, "name") || text(bundle, "signerName"));
}

function itemPaths(source: JsonObject | undefined, shown: string): readonly Path[] {
  return children(source, "items").map((item) => ({ path: text(item, "path"), source: shown }));
}

function overlaps(paths: readonly Path[]): readonly string[] {
  const trimmed = paths.map(({ path, source }) => ({ path: path.replace(/\/+$/, ""), source }));
  return trimmed.flatMap((each, index) =>
    trimmed
      .slice(0, index)
      .filter((other) => each.path !== "" && other.path !== "" && isInTheWay(each.path, other.path))
      .map((other) => `${shownPath(each)} with ${shownPath(other)}`),
  );
}

function isInTheWay(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`) || other.startsWith(`${path}/`);
}

function shownPath({ path, source }: Path): string {
  return source === "" ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`;
}

/** What a path below `/v2/` means. */
export type RegistryRoute =
  | { readonly kind: "ping" }
  | { readonly kind: "catalog" }
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly kind: "blob"; readonly repository: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly repository: string }
  | { readonly kind: "upload"; readonly repository: string; readonly session: string }
  | { readonly kind: "tags"; readonly repository: string }
  | { readonly kind: "referrers"; readonly repository: string; readonly digest: string }
  | { readonly kind: "bad-name" }
  | { readonly kind: "unknown" };

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const MAX_PATH = 1024;

/** Reads a path. Names of repositories hold slashes, so that a path is read from its end. */
export function readRoute(pathname: string): RegistryRoute {
  if (pathname === "/v2" || pathname === "/v2/") return { kind: "ping" };
  if (pathname === "/v2/_catalog") return { kind: "catalog" };
  if (!pathname.startsWith("/v2/") || pathname.length > MAX_PATH) return { kind: "unknown" };
  const parts = pathname.slice("/v2/".length).split("/");
  return readUpload(parts) ?? readItem(parts);
}

function readUpload(parts: readonly string[]): RegistryRoute | undefined {
  if (parts.at(-2) === "blobs" && parts.at(-1) === "uploads") {
    const repository = parts.slice(0, -2).join("/");
    return named(repository, { kind: "uploads", repository });
  }
  if (parts.at(-3) !== "blobs" || parts.at(-2) !== "uploads") return undefined;
  const repository = parts.slice(0, -3).join("/");
  const session = decoded(parts.at(-1) ?? "");
  return named(
    repository,
    session === "" ? { kind: "uploads", repository } : { kind: "upload", repository, session },
  );
}

function readItem(parts: readonly string[]): RegistryRoute {
  const repository = parts.slice(0, -2).join("/");
  const last = decoded(parts.at(-1) ?? "");
  switch (parts.at(-2)) {
    case "manifests":
      return named(repository, { kind: "manifest", repository, reference: last });
    case "blobs":
      return named(repository, { kind: "blob", repository, digest: last });
    case "referrers":
      return named(repository, { kind: "referrers", repository, digest: last });
    case "tags":
      return last === "list" ? named(repository, { kind: "tags", repository }) : { kind: "unknown" };
    default:
      return { kind: "unknown" };
  }
}

function named(repository: string, route: RegistryRoute): RegistryRoute {
  return repository.length <= 255 && NAME.test(repository) ? route : { kind: "bad-name" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

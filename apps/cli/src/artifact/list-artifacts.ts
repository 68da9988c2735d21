import { ociAnnotations } from "@weir/oci";
import { compileRegexp, parseConstraint, parseSemver, parseStrictSemver, SemverError } from "@weir/text";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { renderTable } from "../terminal/table.ts";
import type { ListArtifactsFlags } from "./artifact-flags.ts";
import { openRegistry, readArtifactUrl, type RegistrySession } from "./registry-session.ts";

const HEADER = ["ARTIFACT", "DIGEST", "SOURCE", "REVISION"];
/** What cosign keeps beside an artifact. */
const ATTACHED = /\.(?:att|sbom|sig)$/;

/** Prints the tags of a repository, the last by name first, with what they stand for. */
export async function runListArtifacts(
  url: string | undefined,
  flags: ListArtifactsFlags,
  environment: Environment,
): Promise<void> {
  const named = readArtifactUrl(url, "artifact repository URL");
  const isWanted = filterOf(flags);
  using session = openRegistry(named, flags, environment);
  const { client, signal, reference } = session;
  const tags = await client.listTags(reference, { signal }).catch((cause: unknown) => {
    throw new CommandError("ListFailed", "listing tags failed", { cause });
  });
  const rows: (readonly string[])[] = [];
  for (const tag of tags.toSorted((left, right) => (left < right ? 1 : -1))) {
    if (!ATTACHED.test(tag) && isWanted(tag)) rows.push(await rowOf(session, tag));
  }
  environment.write(renderTable(HEADER, rows));
}

async function rowOf(
  { client, signal, reference, address }: RegistrySession,
  tag: string,
): Promise<readonly string[]> {
  const { registry, repository } = reference;
  const { content, descriptor } = await client
    .fetchManifest({ registry, repository, tag }, signal)
    .catch((cause: unknown) => {
      throw new CommandError("ListFailed", "fetching manifest failed", { cause });
    });
  const { annotations } = content;
  return [
    `${address}:${tag}`,
    descriptor.digest,
    annotations[ociAnnotations.source] ?? "",
    annotations[ociAnnotations.revision] ?? "",
  ];
}

function filterOf({ filterSemver = "", filterRegex = "" }: ListArtifactsFlags): (tag: string) => boolean {
  const range =
    filterSemver === ""
      ? undefined
      : read(`semver '${filterSemver}' parse error`, () => parseConstraint(filterSemver));
  const pattern =
    filterRegex === ""
      ? undefined
      : read(`regex '${filterRegex}' parse error`, () => compileRegexp(filterRegex));
  return (tag) => {
    if (pattern !== undefined && !pattern.matches(tag)) return false;
    if (range === undefined) return true;
    const version = versionOf(tag);
    return version !== undefined && range.check(version);
  };
}

function read<Value>(problem: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    throw new CommandError("InvalidFlag", problem, { cause });
  }
}

/** A whole version, with or without a `v`. */
function versionOf(tag: string): ReturnType<typeof parseSemver> | undefined {
  try {
    parseStrictSemver(tag.startsWith("v") ? tag.slice(1) : tag);
    return parseSemver(tag);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

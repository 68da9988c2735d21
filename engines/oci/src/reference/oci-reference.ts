import { OciReferenceError } from "../oci-error.ts";

/** A repository in a registry. */
export interface OciRepositoryName {
  /** `host` or `host:port`. */
  readonly registry: string;
  /** Such as `org/app`. */
  readonly repository: string;
}

/** Something in a repository: by tag, by digest, or by both, where the digest decides. */
export interface OciReference extends OciRepositoryName {
  readonly tag?: string;
  /** `sha256:<hex>`. */
  readonly digest?: string;
}

const REPOSITORY_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-./";
const TAG_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-.ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HUB = "index.docker.io";

/**
 * Reads `host/path` as Flux's controllers read a repository: a first part without a dot or a colon belongs to the path of a
 * repository on Docker Hub, where a name of one part lies below `library`. Throws `OciReferenceError` in Flux's words.
 */
export function parseRepositoryName(text: string): OciRepositoryName {
  if (text === "") throw new OciReferenceError(text, "a repository name must be specified");
  const slash = text.indexOf("/");
  const first = slash === -1 ? "" : text.slice(0, slash);
  const namesHost = first.includes(".") || first.includes(":");
  const path = namesHost ? text.slice(slash + 1) : text;
  checkElement({ noun: "repository", characters: REPOSITORY_CHARACTERS, least: 2, most: 255 }, path);
  const registry = namesHost ? checkRegistry(first) : HUB;
  return { registry, repository: registry === HUB && !path.includes("/") ? `library/${path}` : path };
}

/**
 * Reads `oci://host/path` as the URL of an OCIRepository, which names neither tag nor digest. Throws `OciReferenceError` in
 * Flux's words.
 */
export function parseRepositoryUrl(url: string): OciRepositoryName {
  if (!url.startsWith("oci://")) {
    throw new OciReferenceError(url, "URL must be in format 'oci://<domain>/<org>/<repo>'");
  }
  return parseRepositoryName(url.slice("oci://".length));
}

/** Reads `host/path[:tag][@digest]` as the flux command reads the address of an artifact; the tag is `latest` by default. */
export function parseArtifactReference(text: string): OciReference {
  const bare = text.startsWith("oci://") ? text.slice("oci://".length) : text;
  try {
    return parseTagOrDigest(bare);
  } catch (error) {
    if (error instanceof OciReferenceError) {
      throw new OciReferenceError(text, `could not parse reference: ${bare}`);
    }
    throw error;
  }
}

function parseTagOrDigest(text: string): OciReference {
  const at = text.indexOf("@");
  if (at === -1) return { tag: "latest", ...parseTagged(text) };
  const digest = text.slice(at + 1);
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new OciReferenceError(text, `unsupported digest algorithm: ${digest}`);
  }
  return { ...parseTagged(text.slice(0, at)), digest };
}

function parseTagged(text: string): OciReference {
  const colon = text.lastIndexOf(":");
  if (colon === -1 || text.includes("/", colon)) return parseRepositoryName(text);
  const tag = text.slice(colon + 1);
  if (tag === "") throw new OciReferenceError(text, `${text} must specify a tag name after the colon`);
  checkTag(tag);
  return { ...parseRepositoryName(text.slice(0, colon)), tag };
}

/** Throws `OciReferenceError` unless a text can be a tag. */
export function checkTag(tag: string): void {
  checkElement({ noun: "tag", characters: TAG_CHARACTERS, least: 1, most: 128 }, tag);
}

interface ElementRule {
  readonly noun: string;
  readonly characters: string;
  readonly least: number;
  readonly most: number;
}

function checkElement({ noun, characters, least, most }: ElementRule, text: string): void {
  const { length } = text.length > 4 * most ? text : Array.from(text);
  if (length < least || length > most) {
    throw new OciReferenceError(
      text,
      `${noun} must be between ${least} and ${most} characters in length: ${text.slice(0, 1024)}`,
    );
  }
  const allowed = new Set(characters);
  for (const character of text) {
    if (!allowed.has(character)) {
      throw new OciReferenceError(text, `${noun} can only contain the characters \`${characters}\`: ${text}`);
    }
  }
}

const NAMED_HOST = /^[A-Za-z0-9_~!$&'()*+,;=.-]+(?::\d*)?$/;
const IPV6_HOST = /^\[[0-9A-Fa-f:.]+\](?::\d*)?$/;

function checkRegistry(registry: string): string {
  if (!isHost(registry)) {
    throw new OciReferenceError(registry, `registries must be valid RFC 3986 URI authorities: ${registry}`);
  }
  return registry === "docker.io" ? HUB : registry;
}

function isHost(registry: string): boolean {
  if (!NAMED_HOST.test(registry) && !IPV6_HOST.test(registry)) return false;
  return URL.canParse(`http://${registry}/`);
}

const CHART_REPOSITORY =
  /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const CHART_TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Reads `[oci://]host/path[:version][@digest]` as helm does: the host is always named, and a `+` of the version stands in
 * the tag as `_`. Throws `OciReferenceError` in helm's words.
 */
export function parseChartReference(text: string): OciReference {
  const bare = text.startsWith("oci://") ? text.slice("oci://".length) : text;
  const slash = bare.indexOf("/");
  if (slash === -1) throw invalidChart(text, "missing registry or repository");
  const registry = bare.slice(0, slash);
  const path = bare.slice(slash + 1);
  const at = path.lastIndexOf("@");
  const tagged = at === -1 ? path : path.slice(0, at);
  const colon = tagged.indexOf(":");
  const repository = colon === -1 ? tagged : tagged.slice(0, colon);
  if (!isHost(registry)) throw invalidChart(text, `invalid registry "${registry}"`);
  if (repository.length > 255 || !CHART_REPOSITORY.test(repository)) {
    throw invalidChart(text, `invalid repository "${repository}"`);
  }
  const version = colon === -1 ? "" : tagged.slice(colon + 1);
  return {
    registry,
    repository,
    ...(version === "" ? {} : { tag: chartTag(text, version) }),
    ...(at === -1 ? {} : { digest: chartDigest(text, path.slice(at + 1)) }),
  };
}

function chartTag(text: string, version: string): string {
  const tag = tagOfVersion(version);
  if (!CHART_TAG.test(tag)) throw invalidChart(text, `invalid tag "${tag}"`);
  return tag;
}

function chartDigest(text: string, digest: string): string {
  if (!/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest)) {
    throw invalidChart(text, `invalid digest "${digest}"`);
  }
  return digest;
}

function invalidChart(text: string, detail: string): OciReferenceError {
  return new OciReferenceError(text, `invalid reference: ${detail}`);
}

/** The tag of a chart's version: tags know no `+`. */
export function tagOfVersion(version: string): string {
  return version.replaceAll("+", "_");
}

/** The version of a chart's tag: versions know no `_`. */
export function versionOfTag(tag: string): string {
  return tag.replaceAll("_", "+");
}

/** `host/path`, as messages name a repository. */
export function formatRepository({ registry, repository }: OciRepositoryName): string {
  return `${registry}/${repository}`;
}

/** `host/path@digest`, or `host/path:tag` where there is no digest. */
export function formatReference(reference: OciReference): string {
  const repository = formatRepository(reference);
  if (reference.digest !== undefined) return `${repository}@${reference.digest}`;
  return reference.tag === undefined ? repository : `${repository}:${reference.tag}`;
}

/** Where a registry's API is served: `docker.io` is the name of one that answers elsewhere. */
export function apiHost(registry: string): string {
  return registry === "docker.io" ? "registry-1.docker.io" : registry;
}

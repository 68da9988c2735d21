import { emitYaml } from "@weir/yaml";
import { parseRepoSpec } from "../file/repo-spec.ts";

/** Where a resource or a transformer comes from. */
export interface Origin {
  /** Relative to the kustomization that is built, or to the root of `repo`. */
  readonly path?: string;
  /** The remote repository that it comes from. */
  readonly repo?: string;
  readonly ref?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
}

/** The path that upstream shows for the root of a repository: the stand-in for a checkout that is still to be made. */
const REPOSITORY_ROOT = "notCloned";

/** The origin of what `path` names in a kustomization that comes from `origin`. */
export function originBelow(origin: Origin, path: string): Origin {
  const repository = parseRepoSpec(path);
  if (repository === undefined) return { ...origin, path: joinPath(origin.path ?? "", path) };
  const { cloneUrl, ref } = repository;
  const inside = joinPath(repository.path);
  return { ...origin, repo: cloneUrl, ref, path: inside === "" || inside === "." ? REPOSITORY_ROOT : inside };
}

/** Where a resource comes from, as an annotation. */
export const ORIGIN_ANNOTATION = "config.kubernetes.io/origin";
/** What changed a resource, as an annotation. */
export const TRANSFORMATIONS_ANNOTATION = "alpha.config.kubernetes.io/transformations";

/** Joins a path to where a build is, as `filepath.Join` does. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== "").join("/");
  if (joined === "") return "";
  return cleanPath(joined);
}

/** The shortest path of the same meaning; `.` for none. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  const joined = kept.join("/");
  if (rooted) return `/${joined}`;
  return joined === "" ? "." : joined;
}

/** The fields of an origin in the order of upstream's struct, which is the order of its YAML. */
function originLines({ configuredBy = {}, ...origin }: Origin): readonly string[] {
  const { path = "", repo = "", ref = "", configuredIn = "" } = origin;
  const { apiVersion = "", kind = "", name = "", namespace = "" } = configuredBy;
  const by = fieldLines({ apiVersion, kind, name, namespace });
  return [
    ...fieldLines({ path, repo, ref, configuredIn }),
    ...(by.length === 0 ? [] : ["configuredBy:", ...by.map((line) => `  ${line}`)]),
  ];
}

function fieldLines(fields: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => emitYaml({ [key]: value }).trimEnd());
}

/** The value of the annotation `config.kubernetes.io/origin`. */
export function originText(origin: Origin): string {
  return originLines(origin)
    .map((line) => `${line}\n`)
    .join("");
}

/** The value of the annotation `alpha.config.kubernetes.io/transformations`. */
export function transformationsText(transformations: readonly Origin[]): string {
  return transformations
    .flatMap((origin) => originLines(origin).map((line, at) => `${at === 0 ? "- " : "  "}${line}\n`))
    .join("");
}

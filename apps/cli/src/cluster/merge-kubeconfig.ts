import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { delimiter, dirname } from "node:path";
import { type Clock, describeError, type JsonObject, type JsonValue } from "@weir/core";
import { emitYaml, loadYaml } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";

/** A kubeconfig as its document: what weir does not know of it stays as it is. */
export type KubeconfigDocument = JsonObject;

interface Named {
  readonly name?: JsonValue;
}

/** Takes over one cluster, user and context from another kubeconfig, in place of those of the same names. */
export function mergeEntries(
  target: KubeconfigDocument,
  source: KubeconfigDocument,
  { switchContext }: { readonly switchContext: boolean },
): KubeconfigDocument {
  const merged = Object.fromEntries(
    ["clusters", "users", "contexts"].map((field) => [
      field,
      mergeList(listOf(target, field), listOf(source, field)),
    ]),
  );
  const isWithout = (target["current-context"] ?? "") === "";
  return {
    apiVersion: "v1",
    kind: "Config",
    ...target,
    ...merged,
    ...(switchContext || isWithout ? { "current-context": source["current-context"] ?? "" } : {}),
  };
}

/** A new one takes the place of the old one of its name, or comes last. */
function mergeList(before: readonly JsonValue[], added: readonly JsonValue[]): readonly JsonValue[] {
  const byName = new Map(added.map((entry) => [nameOf(entry), entry]));
  const kept = before.map((entry) => {
    const name = nameOf(entry);
    const replacement = byName.get(name);
    byName.delete(name);
    return replacement ?? entry;
  });
  return [...kept, ...byName.values()];
}

/** Takes out the clusters that trust an authority, the contexts that lead to them, and users that no context names then. */
export function removeEntries(target: KubeconfigDocument, authority: JsonValue): KubeconfigDocument {
  const clusters = listOf(target, "clusters");
  const gone = new Set(clusters.filter((entry) => authorityOf(entry) === authority).map(nameOf));
  if (gone.size === 0) return target;
  const leadsAway = (entry: JsonValue): boolean => gone.has(fieldOf(fieldOf(entry, "context"), "cluster"));
  const contexts = listOf(target, "contexts");
  const left = contexts.filter((entry) => !leadsAway(entry));
  const usersOf = (entries: readonly JsonValue[]): Set<JsonValue | undefined> =>
    new Set(entries.map((entry) => fieldOf(fieldOf(entry, "context"), "user")));
  const orphaned = usersOf(contexts.filter(leadsAway));
  const stillUsed = usersOf(left);
  const isCurrentGone = contexts.some(
    (entry) => leadsAway(entry) && nameOf(entry) === target["current-context"],
  );
  return {
    ...target,
    clusters: clusters.filter((entry) => !gone.has(nameOf(entry))),
    contexts: left,
    users: listOf(target, "users").filter(
      (entry) => !orphaned.has(nameOf(entry)) || stillUsed.has(nameOf(entry)),
    ),
    ...(isCurrentGone ? { "current-context": "" } : {}),
  };
}

/** The authority that the first cluster of a kubeconfig is trusted by. */
export function trustedAuthority(document: KubeconfigDocument): JsonValue | undefined {
  return authorityOf(listOf(document, "clusters")[0]);
}

function authorityOf(entry: JsonValue | undefined): JsonValue | undefined {
  return fieldOf(fieldOf(entry, "cluster"), "certificate-authority-data");
}

function fieldOf(value: JsonValue | undefined, field: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, field) ? (value as JsonObject)[field] : undefined;
}

function nameOf(entry: JsonValue): JsonValue | undefined {
  return (entry as Named | null)?.name;
}

function listOf(document: KubeconfigDocument, field: string): readonly JsonValue[] {
  const list = document[field];
  return Array.isArray(list) ? (list as readonly JsonValue[]) : [];
}

/** The kubeconfig that a person's tools read and change: of `KUBECONFIG` the first that is there, else the last. */
export function personalKubeconfig({
  kubeconfig,
  homeKubeconfig,
}: Pick<Environment, "kubeconfig" | "homeKubeconfig">): readonly string[] {
  const named = (kubeconfig ?? "").split(delimiter).filter((path) => path !== "");
  return named.length === 0 ? [homeKubeconfig] : named;
}

/** Of the files of `KUBECONFIG`, the one to add to: the first that is there, else the last. */
export async function writableKubeconfig(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const isThere = await stat(path).then(
      ({ isFile }) => isFile,
      () => undefined,
    );
    if (isThere !== undefined) return path;
  }
  return paths.at(-1) ?? "";
}

/** Reads a kubeconfig; an absent or empty file is an empty one. */
export async function readKubeconfig(path: string): Promise<KubeconfigDocument> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new CommandError("KubeconfigUnreadable", `cannot read the kubeconfig ${path}`, { cause: error });
  }
  return parseDocument(text, path);
}

function parseDocument(text: string, path: string): KubeconfigDocument {
  let value: unknown;
  try {
    value = loadYaml(text);
  } catch (cause) {
    throw new CommandError("KubeconfigInvalid", `the kubeconfig ${path} is not YAML`, { cause });
  }
  if (value === null || value === undefined) return {};
  const isDocument = typeof value === "object" && !Array.isArray(value);
  const kind = isDocument ? (value as JsonObject)["kind"] : undefined;
  if (isDocument && (kind === undefined || kind === "" || kind === "Config"))
    return value as KubeconfigDocument;
  throw new CommandError("KubeconfigInvalid", `${path} is not a kubeconfig`);
}

const LOCK_ATTEMPTS = 50;
const LOCK_WAIT_MS = 100;

/**
 * Changes a kubeconfig that other tools change, too: under the lock that they take (`FILE.lock`), whole or not at all, and
 * readable by its owner only. A link is followed.
 */
export async function changeKubeconfig(
  path: string,
  change: (document: KubeconfigDocument) => KubeconfigDocument,
  clock: Clock,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const target = await realpath(path).catch(() => path);
  const lock = `${path}.lock`;
  await takeLock(lock, clock);
  try {
    const before = await readKubeconfig(target);
    const after = change(before);
    if (after === before) return;
    const written = `${target}.weir`;
    await writeFile(written, emitYaml(after), { mode: 0o600 });
    await chmod(written, 0o600);
    await rename(written, target);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError("KubeconfigWriteFailed", `cannot write kubeconfig ${path}`, { cause });
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeFile(lock, "", { flag: "wx", mode: 0o600 });
      return;
    } catch (cause) {
      const isHeld = (cause as NodeJS.ErrnoException).code === "EEXIST";
      if (!isHeld)
        throw new CommandError(
          "KubeconfigWriteFailed",
          `cannot lock it with ${lock}: ${describeError(cause)}`,
          { cause },
        );
      if (attempt >= LOCK_ATTEMPTS) {
        const message = `another program changes the kubeconfig; if none does, remove ${lock}`;
        throw new CommandError("KubeconfigLocked", message, { cause });
      }
      await clock.sleep(LOCK_WAIT_MS);
    }
  }
}

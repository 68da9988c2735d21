import type { KubeClient } from "@weir/client";
import { quoteGo } from "@weir/text";
import type { KubeObject } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject, keyOfBuilt, quotedSubject } from "./built-object.ts";

const MANAGED_BY = "app.kubernetes.io/managed-by";
const HELM = "Helm";
const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

/** Whose objects they are. */
export interface ReleaseIdentity {
  readonly name: string;
  readonly namespace: string;
}

/** The object with the label and the annotations that say which release owns it. */
export function withOwnership(built: BuiltObject, { name, namespace }: ReleaseIdentity): BuiltObject {
  const { metadata } = built.object;
  const owned: KubeObject = {
    ...built.object,
    metadata: {
      ...metadata,
      labels: { ...textMap(metadata.labels), [MANAGED_BY]: HELM },
      annotations: {
        ...textMap(metadata.annotations),
        [RELEASE_NAME]: name,
        [RELEASE_NAMESPACE]: namespace,
      },
    },
  };
  return { ...built, object: owned };
}

/** A map that holds something else than texts counts as none, as Go reads it. */
function textMap(map: unknown): Readonly<Record<string, string>> {
  if (typeof map !== "object" || map === null || Array.isArray(map)) return {};
  const isText = Object.values(map).every((value) => typeof value === "string");
  return isText ? (map as Readonly<Record<string, string>>) : {};
}

/** How objects that are there already are treated. */
export interface AdoptionOptions {
  readonly release: ReleaseIdentity;
  /** Takes them, whoever owns them. */
  readonly takeOwnership: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The objects that are on the cluster before they are created. Throws helm's error for the first that another release, or
 * nobody, owns.
 */
export async function existingObjects(
  client: KubeClient,
  objects: readonly BuiltObject[],
  options: AdoptionOptions,
): Promise<readonly BuiltObject[]> {
  const existing: BuiltObject[] = [];
  const answers = await readAll(client, objects, options.signal);
  for (const [at, built] of objects.entries()) {
    const answer = answers[at];
    if (answer === undefined) continue;
    if ("error" in answer) {
      const problem = `could not get information about the resource ${quotedSubject(built)}`;
      throw new ReleaseActionError(problem, { cause: answer.error });
    }
    if (!options.takeOwnership) refuseForeign(built, answer.live, options.release);
    existing.push(built);
  }
  return existing;
}

type Answer = { readonly live: KubeObject } | { readonly error: unknown } | undefined;

const READS_AT_ONCE = 8;

/** Reads ahead of helm, which reads one by one; what is told is the same. */
async function readAll(
  client: KubeClient,
  objects: readonly BuiltObject[],
  signal: AbortSignal | undefined,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < objects.length) {
      const at = next++;
      answers[at] = await readOne(client, objects[at] as BuiltObject, signal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, objects.length) }, work));
  return answers;
}

async function readOne(
  client: KubeClient,
  built: BuiltObject,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { name = "", generateName = "" } = built.object.metadata;
  if (name === "" && generateName !== "") return undefined;
  if (generateName !== "") {
    throw new ReleaseActionError("metadata.name and metadata.generateName cannot both be set");
  }
  try {
    if (name === "") throw new ReleaseActionError("resource name may not be empty");
    const live = await client.get(built.kind, keyOfBuilt(built), signal === undefined ? {} : { signal });
    return live === undefined ? undefined : { live: live as KubeObject };
  } catch (error) {
    signal?.throwIfAborted();
    return { error };
  }
}

function refuseForeign(built: BuiltObject, live: KubeObject, release: ReleaseIdentity): void {
  const { labels = {}, annotations = {} } = live.metadata;
  const problems = [
    wrongValue("label", labels, MANAGED_BY, HELM),
    wrongValue("annotation", annotations, RELEASE_NAME, release.name),
    wrongValue("annotation", annotations, RELEASE_NAMESPACE, release.namespace),
  ].filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new ReleaseActionError(
    `${quotedSubject(built)} exists and cannot be imported into the current release: invalid ownership metadata; ${problems.join("; ")}`,
  );
}

// oxlint-disable-next-line max-params -- a row of a table
function wrongValue(
  what: string,
  map: Readonly<Record<string, string>>,
  key: string,
  value: string,
): string | undefined {
  const [name, want] = [quoteGo(key), quoteGo(value)];
  if (!Object.hasOwn(map, key))
    return `${what} validation error: missing key ${name}: must be set to ${want}`;
  if (map[key] === value) return undefined;
  return `${what} validation error: key ${name} must equal ${want}: current value is ${quoteGo(map[key] ?? "")}`;
}

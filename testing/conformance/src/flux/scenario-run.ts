import { digestOf } from "@weir/artifact";
import { isApiError, type Kind, KubeApiError } from "@weir/client";
import { goDurationMs, type JsonObject, systemClock } from "@weir/core";
import { gvkOf, type KubeObject } from "@weir/objects";
import { compareEvents, compareTransitions } from "./compare-record.ts";
import { compareSnapshot } from "./compare-snapshot.ts";
import type { FluxWorld } from "./flux-world.ts";
import { runHelmInstall } from "./helm-install.ts";
import { isObject, jsonDifference } from "./json-difference.ts";
import { fillPlaceholders, normalize, type Substitutions } from "./normalize.ts";
import { ObjectReferences } from "./object-reference.ts";
import type { RecordedStep, Recording, RefusedApply, WaitStep } from "./recording.ts";
import { recordedStates, type WatchedState } from "./transitions.ts";
import { ScenarioRecord } from "./watch-recorder.ts";

/** How long a state may take that nothing in the scenario delays. */
const PATIENCE_MS = 10_000;
/** How long health checks that never come true may take: Flux's shortest timeout is 30 s. */
const HEALTH_PATIENCE_MS = 40_000;
const SNAPSHOT_PATIENCE_MS = 5_000;
/** After a wait came true, how long to wait for what the recording shows at its end. */
const SETTLE_MS = 1_500;
const LOOK_AGAIN_MS = 25;

type Step<Action> = Extract<RecordedStep, { readonly action: Action }>;

/**
 * Replays one recording in its own namespace: does every step, takes the snapshots, and compares.
 *
 * A `waitFor` ends once its condition holds for the object's newest generation and the object is as the recording shows
 * it at the end of that step, or has been given a moment to become so: a condition that the recording does not spell out
 * (`predicate`) is that alone. A snapshot is looked at until it equals the recorded one or a moment has passed. The replay
 * ends at the first snapshot or refusal that differs. A `sleep` takes its time, because timers may end in it.
 */
export class ScenarioRun {
  readonly #recording: Recording;
  readonly #world: FluxWorld;
  readonly #record = new ScenarioRecord();
  readonly #references: ObjectReferences;
  readonly #recordedStates: ReturnType<typeof recordedStates>;
  readonly #patienceMs: number;
  #substitutions: Substitutions;

  constructor(recording: Recording, world: FluxWorld) {
    this.#recording = recording;
    this.#world = world;
    this.#references = new ObjectReferences(world.client, recording.namespace);
    this.#recordedStates = recordedStates(recording.transitions);
    this.#substitutions = world.substitutions;
    this.#patienceMs = patienceOf(recording);
  }

  /** What differs; `undefined` where the replay equals the recording. */
  async run(): Promise<string | undefined> {
    await this.#createNamespace(this.#recording.namespace);
    // The server of the recordings had a repository for every scenario, empty until its first commit.
    await this.#world.toolkit.git.repository(this.#recording.namespace);
    try {
      for (const [index, step] of this.#recording.steps.entries()) {
        const difference = await this.#do(step, index + 1);
        if (difference !== undefined) return `step ${index + 1} (${step.action}): ${difference}`;
      }
      return await this.#compareRecord();
    } finally {
      await this.#cleanUp();
    }
  }

  #do(step: RecordedStep, number: number): Promise<string | undefined> {
    switch (step.action) {
      case "apply":
        return this.#apply(step);
      case "gitCommit":
        return this.#commit(step);
      case "annotate":
      case "patch":
        return this.#patch(step.object, step.mergePatch, false);
      case "delete":
        return this.#delete(step.object);
      case "createNamespace":
        return this.#createNamespace(step.name);
      case "waitFor":
        return this.#waitFor(step, number);
      case "sleep":
        return systemClock.sleep(step.seconds * 1000).then(() => undefined);
      case "snapshot":
        return this.#snapshot(number);
      default:
        return this.#doSeldom(step);
    }
  }

  #doSeldom(step: RecordedStep): Promise<string | undefined> {
    switch (step.action) {
      case "patchStatus":
        return this.#patchStatus(step);
      case "deleteCRD":
        return this.#deleteDefinition(step.name);
      case "shell":
        return this.#shell(step.command);
      case "note":
        return Promise.resolve(undefined);
      default:
        return Promise.resolve("the runner has no such step");
    }
  }

  #shell(command: string): Promise<string | undefined> {
    const { charts, toolkit } = this.#world;
    const { namespace } = this.#recording;
    return runHelmInstall(command, { client: toolkit.client, namespace, charts });
  }

  async #apply({ objects, result = [] }: Step<"apply">): Promise<string | undefined> {
    const refused: RefusedApply[] = [];
    for (const recorded of objects) {
      const object = fillPlaceholders(recorded, this.#substitutions) as unknown as KubeObject;
      const { name = "", namespace = this.#recording.namespace } = object.metadata;
      const reference = `${object.kind ?? ""}/${name}`;
      this.#references.made(object.kind ?? "", name, namespace);
      const kind: Kind = gvkOf(object);
      const body = { ...object, metadata: { ...object.metadata, namespace } };
      try {
        await this.#world.client.apply(kind, body, { fieldManager: "kubectl", force: true });
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
        refused.push({ object: reference, httpStatus: error.code, message: error.message });
      }
    }
    return jsonDifference(
      normalize(result as unknown as JsonObject[], this.#substitutions),
      normalize(refused as unknown as JsonObject[], this.#substitutions),
    );
  }

  async #commit(step: Step<"gitCommit">): Promise<undefined> {
    const { repo, branch, message, files, remove, authorDate, tag } = step;
    const repository = await this.#world.toolkit.git.repository(repo);
    const commit = await repository.commit({
      branch,
      message,
      files: fillPlaceholders(files, this.#substitutions),
      remove,
      authorDate,
      ...(tag === null ? {} : { tag }),
    });
    // Files that name a server make another commit than those of the recordings.
    if (commit !== step.commit) {
      const { placeholders } = this.#substitutions;
      this.#substitutions = {
        ...this.#substitutions,
        placeholders: [...placeholders, [commit, step.commit]],
      };
    }
    return undefined;
  }

  async #patch(reference: string, recorded: JsonObject, isStatus: boolean): Promise<string | undefined> {
    const found = await this.#references.resolve(reference);
    if (found === undefined) return `the API serves no kind of ${reference}`;
    const patch = fillPlaceholders(recorded, this.#substitutions);
    const options = isStatus ? { subresource: "status" } : { fieldManager: "kubectl-edit" };
    await this.#world.client.patch(found.kind, found.key, { type: "merge", patch }, options);
    return undefined;
  }

  /** An artifact of the storage has the digest and size that it has here. */
  async #patchStatus({ object, status }: Step<"patchStatus">): Promise<string | undefined> {
    const { artifact } = fillPlaceholders(status, this.#substitutions);
    if (!isObject(artifact)) return this.#patch(object, { status }, true);
    const answer = await fetch(String(artifact["url"]));
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const own = {
      ...artifact,
      digest: digestOf(bytes),
      size: bytes.byteLength,
      lastUpdateTime: new Date(systemClock.now()).toISOString(),
    };
    return this.#patch(object, { status: { ...status, artifact: own } }, true);
  }

  async #deleteDefinition(name: string): Promise<undefined> {
    const kind: Kind = {
      group: "apiextensions.k8s.io",
      version: "v1",
      kind: "CustomResourceDefinition",
      plural: "customresourcedefinitions",
      scope: "Cluster",
    };
    await this.#world.client.delete(kind, { name }).catch((error: unknown) => {
      if (!isApiError(error, "NotFound")) throw error;
    });
    return undefined;
  }

  async #delete(reference: string): Promise<string | undefined> {
    const found = await this.#references.resolve(reference);
    if (found === undefined) return `the API serves no kind of ${reference}`;
    await this.#world.client.delete(found.kind, found.key);
    return undefined;
  }

  async #createNamespace(name: string): Promise<undefined> {
    this.#world.recorder.assign(name, this.#record);
    const kind: Kind = {
      group: "",
      version: "v1",
      kind: "Namespace",
      plural: "namespaces",
      scope: "Cluster",
    };
    await this.#world.client.create(kind, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    return undefined;
  }

  async #waitFor(step: WaitStep, number: number): Promise<undefined> {
    await this.#until(async () => (await this.#holds(step)) || undefined, this.#patienceMs);
    const wanted = this.#stateAt(step.object, number);
    const settleMs = step.predicate === undefined ? SETTLE_MS : this.#patienceMs;
    await this.#until(() => this.#isAsRecorded(step.object, wanted) || undefined, settleMs);
    return undefined;
  }

  async #holds(step: WaitStep): Promise<boolean> {
    const found = await this.#references.resolve(step.object);
    const object = found === undefined ? undefined : await this.#world.client.get(found.kind, found.key);
    if (object === undefined) return step.gone === true;
    if (step.gone === true) return false;
    return holdsFor(object, step);
  }

  /** The state of an object at the end of a step of the recording. */
  #stateAt(object: string, number: number): WatchedState | undefined {
    return this.#recordedStates.get(object)?.findLast(({ step }) => step <= number)?.state;
  }

  #isAsRecorded(object: string, wanted: WatchedState | undefined): boolean {
    const seen = this.#record.lastState(object);
    if (wanted === undefined || seen === undefined) return true;
    const recorded = normalize(wanted, this.#substitutions);
    return jsonDifference(recorded, normalize(seen, this.#substitutions)) === undefined;
  }

  async #snapshot(number: number): Promise<string | undefined> {
    let difference: string | undefined;
    await this.#until(async () => {
      difference = await compareSnapshot(this.#recording, number, {
        client: this.#world.client,
        references: this.#references,
        substitutions: this.#substitutions,
      });
      return difference === undefined || undefined;
    }, SNAPSHOT_PATIENCE_MS);
    return difference;
  }

  /** Compares transitions and events once nothing happens any more. */
  async #compareRecord(): Promise<string | undefined> {
    await this.#until(() => this.#record.quietMs > 250 || undefined, 2_000);
    const substitutions = this.#substitutions;
    let difference: string | undefined;
    await this.#until(() => {
      difference =
        compareTransitions(this.#recordedStates, this.#record.states, substitutions) ??
        compareEvents(this.#recording.events, this.#record.events, substitutions);
      return difference === undefined || undefined;
    }, SETTLE_MS);
    return difference;
  }

  /** Calls `look` until it gives something or the time is up. */
  async #until(look: () => true | undefined | Promise<true | undefined>, withinMs: number): Promise<void> {
    const end = systemClock.monotonic() + withinMs;
    while ((await look()) === undefined && systemClock.monotonic() < end) {
      await systemClock.sleep(LOOK_AGAIN_MS);
    }
  }

  /** What failed is tried again for ever, so nothing is left for the controllers to do. */
  async #cleanUp(): Promise<void> {
    this.#world.recorder.assign(this.#recording.namespace, new ScenarioRecord());
    for (const reference of this.#record.states.keys()) {
      const found = await this.#references.resolve(reference);
      if (found === undefined) continue;
      await this.#world.client.delete(found.kind, found.key).catch((error: unknown) => {
        if (!isApiError(error)) throw error;
      });
    }
  }
}

/** Whether what a wait asks for is true of an object; its Ready condition must speak of the newest generation. */
function holdsFor(object: KubeObject, step: WaitStep): boolean {
  const status = (object["status"] ?? {}) as JsonObject;
  if (step.lastHandledReconcileAt !== undefined) {
    return status["lastHandledReconcileAt"] === step.lastHandledReconcileAt;
  }
  const conditions = (status["conditions"] ?? []) as readonly JsonObject[];
  const conditionOf = (type: string) => conditions.find((condition) => condition["type"] === type);
  if (step.stalled !== undefined) return step.stalled === (conditionOf("Stalled")?.["status"] === "True");
  const ready = conditionOf("Ready");
  return ready !== undefined && isReadyAs(ready, object, step);
}

function isReadyAs(ready: JsonObject, object: KubeObject, step: WaitStep): boolean {
  if (ready["observedGeneration"] !== object.metadata.generation) return false;
  const { ready: wanted, reason, messageContains = "" } = step;
  return (
    (wanted === undefined || ready["status"] === wanted) &&
    (reason === undefined || ready["reason"] === reason) &&
    String(ready["message"]).includes(messageContains)
  );
}

/** Longer where the scenario itself waits: for health, or for timeouts and intervals that it names. */
function patienceOf(recording: Recording): number {
  const specs = recording.steps
    .flatMap((step) => (step.action === "apply" ? step.objects : []))
    .map((object) => (object["spec"] ?? {}) as JsonObject);
  const waitsForHealth = specs.some(
    (spec) =>
      spec["wait"] === true || spec["healthChecks"] !== undefined || spec["healthCheckExprs"] !== undefined,
  );
  const delays = specs
    .flatMap((spec) => [spec["timeout"], spec["retryInterval"]])
    .filter((delay) => typeof delay === "string")
    .map((delay) => Math.min(goDurationMs(delay), PATIENCE_MS));
  return Math.max(0, ...delays) + (waitsForHealth ? HEALTH_PATIENCE_MS : PATIENCE_MS);
}

import { fluxResources } from "@weir/api";
import { isApiError, type Kind, type KubeClient } from "@weir/client";
import { type JsonObject, systemClock } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { GONE, type WatchedState, watchedState } from "./transitions.ts";

/** What a watch saw in the namespaces of one scenario. */
export class ScenarioRecord {
  readonly states = new Map<string, WatchedState[]>();
  readonly events: JsonObject[] = [];
  #changedMs = systemClock.monotonic();

  /** For how long nothing has happened. */
  get quietMs(): number {
    return systemClock.monotonic() - this.#changedMs;
  }

  /** The state of an object as it was seen last. */
  lastState(object: string): WatchedState | undefined {
    return this.states.get(object)?.at(-1);
  }

  sawState(object: string, state: WatchedState): void {
    const states = this.states.get(object) ?? [];
    const before = states.at(-1);
    this.states.set(object, states);
    this.#changedMs = systemClock.monotonic();
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(state)) states.push(state);
  }

  sawEvent(event: JsonObject): void {
    this.events.push(event);
    this.#changedMs = systemClock.monotonic();
  }
}

const Event: Kind = { group: "", version: "v1", kind: "Event", plural: "events", scope: "Namespaced" };

const LOOK_AGAIN_MS = 50;

/** Watches all Flux kinds and events of a cluster and hands what it sees to the scenario whose namespace it is in. */
export class WatchRecorder implements AsyncDisposable {
  readonly #client: KubeClient;
  readonly #records = new Map<string, ScenarioRecord>();
  readonly #stopping = new AbortController();
  #watches: readonly Promise<void>[] = [];

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Begins to watch; what is there already is not seen. */
  async start(): Promise<void> {
    const kinds: readonly Kind[] = [...(fluxResources as unknown as readonly Kind[]), Event];
    const starts = await Promise.all(
      kinds.map(async (kind) => {
        const { metadata } = await this.#client.list(kind);
        return { kind, resourceVersion: metadata.resourceVersion ?? "0" };
      }),
    );
    this.#watches = starts.map(({ kind, resourceVersion }) => this.#watch(kind, resourceVersion));
  }

  /** Records what happens in a namespace for a scenario from now on. */
  assign(namespace: string, record: ScenarioRecord): void {
    this.#records.set(namespace, record);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#watches);
  }

  async #watch(kind: Kind, start: string): Promise<void> {
    const { signal } = this.#stopping;
    let resourceVersion = start;
    while (!signal.aborted) {
      try {
        resourceVersion = await this.#follow(kind, resourceVersion);
      } catch (error) {
        if (signal.aborted) return;
        if (isApiError(error, "Expired")) throw error;
        await systemClock.sleep(LOOK_AGAIN_MS);
      }
    }
  }

  /** Follows one stream to its end; gives the version to go on from. */
  async #follow(kind: Kind, start: string): Promise<string> {
    const { signal } = this.#stopping;
    let resourceVersion = start;
    for await (const event of this.#client.watch(kind, { resourceVersion: start, signal })) {
      if (event.type === "ERROR") return resourceVersion;
      if (event.type === "BOOKMARK") resourceVersion = event.resourceVersion;
      else {
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        this.#see(event.type, event.object);
      }
    }
    return resourceVersion;
  }

  #see(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void {
    const record = this.#records.get(object.metadata.namespace ?? "");
    if (record === undefined) return;
    const json = object as unknown as JsonObject;
    if (object.kind === "Event") {
      if (type !== "DELETED" && isOfFlux(json)) record.sawEvent(json);
      return;
    }
    const name = `${object.kind ?? ""}/${object.metadata.name ?? ""}`;
    record.sawState(name, type === "DELETED" ? GONE : watchedState(json));
  }
}

/** A kube-apiserver says things about objects, too, when its own loops come by. */
function isOfFlux({ involvedObject }: JsonObject): boolean {
  const { apiVersion } = (involvedObject ?? {}) as JsonObject;
  return String(apiVersion).includes(".toolkit.fluxcd.io/");
}

import { isApiError, type Kind, type KubeClient, type WatchEvent } from "@weir/client";
import { WeirError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { checkConditions, type ConditionRulesOptions, type ConditionViolation } from "./condition-rules.ts";

/** A violation, and where it was seen. */
export interface SeenViolation extends ConditionViolation {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly resourceVersion: string;
}

/** Controllers wrote statuses that break Flux's rules of conditions. */
export class ConditionRulesError extends WeirError {
  override readonly name = "ConditionRulesError";
  readonly reason = "ConditionRulesBroken";
  readonly retry = "never";
  readonly violations: readonly SeenViolation[];

  constructor(violations: readonly SeenViolation[]) {
    const lines = violations.map(
      ({ kind, namespace, name, rule, message }) =>
        `${kind}/${namespace === undefined ? "" : `${namespace}/`}${name}: ${rule}: ${message}`,
    );
    super(`conditions break the rules:\n${[...new Set(lines)].join("\n")}`);
    this.violations = violations;
  }
}

/** Looks at every status that is written to objects of some kinds. */
export class ConditionWatcher implements AsyncDisposable {
  readonly #stopping = new AbortController();
  readonly #watches: readonly Promise<void>[];
  readonly #options: ConditionRulesOptions;
  readonly seen: SeenViolation[] = [];

  constructor(client: KubeClient, kinds: readonly Kind<unknown, unknown>[], options: ConditionRulesOptions) {
    this.#options = options;
    this.#watches = kinds.map((kind) => this.#watch(client, kind as Kind));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#watches);
  }

  async #watch(client: KubeClient, kind: Kind): Promise<void> {
    const { signal } = this.#stopping;
    let seen: string | undefined;
    while (!signal.aborted) {
      try {
        const from = seen === undefined ? {} : { resourceVersion: seen };
        for await (const event of client.watch(kind, { ...from, signal })) seen = this.#take(event);
      } catch (error) {
        // A server that is away, or was told to fail, is the test's own doing; what it forgot is read from now on.
        if (isApiError(error, "Expired", "Gone")) seen = undefined;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Gives the resource version up to which everything was looked at. */
  #take(event: WatchEvent): string | undefined {
    if (event.type === "ERROR") return undefined;
    if (event.type === "BOOKMARK") return event.resourceVersion;
    if (event.type !== "DELETED") this.#look(event.object);
    return event.object.metadata.resourceVersion;
  }

  #look(object: KubeObject): void {
    const { namespace, name = "", resourceVersion = "" } = object.metadata;
    for (const violation of checkConditions(object, this.#options)) {
      this.seen.push({
        ...violation,
        kind: object.kind,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        resourceVersion,
      });
    }
  }
}

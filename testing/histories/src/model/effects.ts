import type { Change, Content, DeleteRequest, Fields, MarkedWrite } from "../history/history.ts";
import { parseKey } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";

/** What the model knows of an object. */
export type State = Pick<
  Seen,
  | "labels"
  | "annotations"
  | "fields"
  | "status"
  | "finalizers"
  | "isTerminating"
  | "hasGracePeriod"
  | "isHeld"
  | "generation"
>;

/** What a request does to an object. */
export type Effect =
  | { readonly kind: "stored"; readonly state: State }
  | { readonly kind: "removed" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly reason: string };

const refused = (reason: string): Effect => ({ kind: "refused", reason });

type Single = MarkedWrite | DeleteRequest;

/** What a request does to what is there; `undefined` where nothing is. */
export function effectOf(request: Single, before: Seen | undefined): Effect {
  if (request.verb === "create") {
    return before === undefined ? stored(created(request)) : refused("AlreadyExists");
  }
  if (before === undefined) {
    if (request.verb !== "apply") return refused("NotFound");
    // A revision does not keep an apply from creating.
    return stored(fresh(parseKey(request.key).of, request.content));
  }
  if (request.revision !== undefined && request.revision !== before.revision) return stale(request);
  const uid = "uid" in request ? request.uid : undefined;
  if (uid !== undefined && uid !== before.uid) return refused("Conflict");
  if (request.verb === "delete") return deleted(before);
  const changed = change(request, before);
  return "kind" in changed ? changed : settle(before, changed);
}

/** A test of a JSON patch that fails is no conflict. */
function stale(request: Single): Effect {
  return refused(request.verb === "patch" && request.how === "json" ? "Invalid" : "Conflict");
}

function stored(state: State): Effect {
  return { kind: "stored", state };
}

function created({ of, content }: MarkedWrite & { readonly verb: "create" }): State {
  return fresh(of, content);
}

function fresh(of: string, { labels, annotations, fields, finalizers }: Content): State {
  return {
    labels,
    annotations,
    fields,
    finalizers,
    status: {},
    isTerminating: false,
    hasGracePeriod: false,
    isHeld: of === "Namespace",
    generation: of === "Gauge" ? 1 : 0,
  };
}

/**
 * A first deletion marks what has finalizers; the next ones change nothing. Namespaces have no grace period while they are
 * held, and are given one by the next deletion after that.
 */
export function deleted(before: Seen): Effect {
  if (before.finalizers.length === 0 && !before.isHeld) return { kind: "removed" };
  const isNamespace = before.key.startsWith("Namespace/");
  if (before.isTerminating) {
    const isReleased = isNamespace && !before.isHeld && !before.hasGracePeriod;
    return isReleased ? stored({ ...stateOf(before), hasGracePeriod: true }) : { kind: "unchanged" };
  }
  const generation = before.generation === 0 ? 0 : before.generation + 1;
  return stored({ ...stateOf(before), isTerminating: true, hasGracePeriod: !isNamespace, generation });
}

export function stateOf(seen: Seen): State {
  const { labels, annotations, fields, status, finalizers } = seen;
  const { isTerminating, hasGracePeriod, isHeld, generation } = seen;
  const texts = { labels, annotations, fields, status, finalizers };
  return { ...texts, isTerminating, hasGracePeriod, isHeld, generation };
}

function change(request: Exclude<MarkedWrite, { readonly verb: "create" }>, before: Seen): State | Effect {
  const state = stateOf(before);
  switch (request.verb) {
    case "replace":
      return { ...state, ...request.content, isHeld: state.isHeld && !request.finalizes };
    case "patch":
      return patched(state, request.change);
    case "status":
      return {
        ...state,
        status: { ...(request.how === "merge" ? state.status : {}), stamp: request.mark.id },
      };
    case "apply":
      return applied(request, before);
  }
}

function patched(state: State, { labels, fields, annotations, ...finalizing }: Change): State {
  const { finalizers = state.finalizers, withoutFinalizer } = finalizing;
  return {
    ...state,
    labels: merged(state.labels, labels),
    fields: merged(state.fields, fields),
    annotations: merged(state.annotations, annotations),
    finalizers: finalizers.filter((name) => name !== withoutFinalizer),
  };
}

function merged(texts: Fields, changes: Readonly<Record<string, string | null>>): Fields {
  const all = Object.entries({ ...texts, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

const GROUPS = ["labels", "annotations", "fields"] as const;

type Applied = MarkedWrite & { readonly verb: "apply" };

/** Server-side apply: what others own is changed by force alone, and what is left out and nobody's else goes. */
function applied(request: Applied, before: Seen): State | Effect {
  const mine = before.owners.filter((owner) => isMine(owner, request));
  const others = before.owners.filter((owner) => !isMine(owner, request));
  const isOthers = (leaf: string): boolean => others.some(({ leaves }) => leaves.has(leaf));
  const result: Record<(typeof GROUPS)[number], Fields> = { labels: {}, annotations: {}, fields: {} };
  for (const group of GROUPS) {
    const [live, wanted] = [before[group], request.content[group]];
    const conflicts = Object.keys(wanted).some(
      (name) => live[name] !== undefined && live[name] !== wanted[name] && isOthers(`${group}/${name}`),
    );
    if (conflicts && !request.force) return refused("Conflict");
    const kept = Object.entries(live).filter(([name]) => {
      const leaf = `${group}/${name}`;
      return !mine.some(({ leaves }) => leaves.has(leaf)) || isOthers(leaf);
    });
    result[group] = { ...Object.fromEntries(kept), ...wanted };
  }
  return { ...stateOf(before), ...result };
}

function isMine({ manager, operation, subresource }: Seen["owners"][number], request: Applied): boolean {
  return manager === request.manager && operation === "Apply" && subresource === "";
}

/** What the server makes of a change: counts it, refuses it, or lets go of what waited for it. */
function settle(before: Seen, next: State): Effect {
  const isNew = next.finalizers.some((name) => !before.finalizers.includes(name));
  if (before.isTerminating && isNew) return refused("Invalid");
  if (before.isTerminating && next.finalizers.length === 0 && !next.isHeld) return { kind: "removed" };
  const isSpecChanged = !sameTexts(before.fields, next.fields);
  const generation = before.generation + (before.generation > 0 && isSpecChanged ? 1 : 0);
  const state = { ...next, generation };
  return differences(stateOf(before), state).length === 0 ? { kind: "unchanged" } : stored(state);
}

function sameTexts(left: Fields, right: Fields): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

/** In what two states differ, in words. */
export function differences(wanted: State, found: State): readonly string[] {
  const texts = (["labels", "annotations", "fields", "status"] as const).flatMap((group) => {
    const names = new Set([...Object.keys(wanted[group]), ...Object.keys(found[group])]);
    return [...names]
      .filter((name) => wanted[group][name] !== found[group][name])
      .map((name) => `${group}.${name} is ${shown(found[group][name])}, not ${shown(wanted[group][name])}`);
  });
  const scalars = (["isTerminating", "hasGracePeriod", "isHeld", "generation"] as const)
    .filter((name) => wanted[name] !== found[name])
    .map((name) => `${name} is ${String(found[name])}, not ${String(wanted[name])}`);
  const [want, have] = [wanted.finalizers.join(", "), found.finalizers.join(", ")];
  return [...texts, ...scalars, ...(want === have ? [] : [`the finalizers are [${have}], not [${want}]`])];
}

function shown(text: string | undefined): string {
  return text === undefined ? "absent" : JSON.stringify(text);
}

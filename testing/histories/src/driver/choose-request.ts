import {
  type Change,
  type Content,
  type DeleteRequest,
  type Fields,
  type Freshness,
  type GetRequest,
  type KindName,
  keyText,
  type ListRequest,
  type MarkedWrite,
  type WatchRequest,
  type WriteRequest,
} from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";
import { SELECTORS } from "../model/selectors.ts";
import type { Board } from "./board.ts";
import type { Dice } from "./dice.ts";
import { contentOf } from "./http-request.ts";
import { KIND_NAMES, KINDS, NAMESPACES } from "./kinds.ts";

const NAMES = ["first", "second", "third", "fourth"] as const;
const FIELDS = ["alpha", "beta", "gamma"] as const;
const FINALIZERS = ["histories.weir.dev/hold", "histories.weir.dev/keep"] as const;
const MANAGERS = ["apply-1", "apply-2", "apply-3"] as const;
const RUN = { run: "histories" } as const;
const GENERATED = { run: "generated" } as const;

/** What a choice is made of. */
export interface Choosing {
  readonly dice: Dice;
  readonly board: Board;
  /** A name that no other request has. */
  readonly id: string;
}

type Chosen = WriteRequest | GetRequest | ListRequest;

/** Draws the next request of a client. */
export function chooseRequest(choosing: Choosing): Chosen {
  const target = chooseTarget(choosing);
  const { dice, of, namespace, key } = target;
  const verb = dice.weighted({
    create: 10,
    replace: 14,
    patch: 16,
    apply: 12,
    status: KINDS[of].hasStatus ? 6 : 0,
    delete: 9,
    deletecollection: of === "Namespace" ? 0 : 1,
    get: 18,
    list: 14,
  });
  switch (verb) {
    case "deletecollection":
      return { verb, of, namespace, selector: dice.pick(["generated", "generated", "tier a", "no tier"]) };
    case "get":
      return { verb, key, freshness: { kind: dice.chance(0.9) ? "newest" : "any" } };
    case "list":
      return chooseList(choosing, of);
    default:
      return WRITES[verb](target);
  }
}

const WRITES = {
  create,
  patch,
  apply,
  status,
  delete: deletion,
  replace: (target: Target): WriteRequest => replace(target) ?? create(target),
};

interface Target extends Choosing {
  readonly of: KindName;
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** Few names, so that requests meet; now and then one that the server drew. */
function chooseTarget(choosing: Choosing): Target {
  const { dice, board } = choosing;
  const of = dice.weighted<KindName>({ ConfigMap: 5, Gauge: 4, Namespace: 2 });
  const namespace = KINDS[of].isNamespaced ? dice.pick(NAMESPACES) : "";
  const generated = board.generatedNames(of, namespace);
  const name = generated.length > 0 && dice.chance(0.15) ? dice.pick(generated) : dice.pick(NAMES);
  return { ...choosing, of, namespace, name, key: keyText(of, namespace, name) };
}

function tierOf(dice: Dice): Fields {
  const tier = dice.pick(["a", "b", "c", undefined]);
  return tier === undefined ? {} : { tier };
}

function fieldsOf({ of, dice, id }: Target): Fields {
  if (KINDS[of].fields.length === 0) return {};
  const chosen = FIELDS.filter(() => dice.chance(0.5));
  return Object.fromEntries([
    ["base", "base"],
    ...chosen.map((name) => [name, dice.chance(0.7) ? id : "same"]),
  ]);
}

function create(target: Target): MarkedWrite {
  const { dice, of, id, namespace, name } = target;
  const isGenerated = dice.chance(0.2) && KINDS[of].isNamespaced;
  const content: Content = {
    labels: { ...(isGenerated ? GENERATED : RUN), ...tierOf(dice) },
    annotations: { stamp: id },
    fields: fieldsOf(target),
    finalizers: dice.chance(0.3) ? [dice.pick(FINALIZERS)] : [],
  };
  const mark = { slot: "stamp", id };
  return { verb: "create", of, namespace, ...(isGenerated ? {} : { name }), content, mark };
}

/** Sends back what was read, with changes; only where something was. */
function replace(target: Target): MarkedWrite | undefined {
  const { dice, board, key, id, of } = target;
  const base = board.version(key, dice);
  if (base === undefined) return undefined;
  const finalizes = base.isTerminating && of === "Namespace" && dice.chance(0.7);
  const isGuarded = finalizes || !KINDS[of].mayReplaceBlindly || dice.chance(0.7);
  const content = contentOf(base);
  return {
    verb: "replace",
    key,
    ...(isGuarded ? { revision: base.revision } : {}),
    ...(dice.chance(0.2) ? { uid: base.uid } : {}),
    finalizes,
    mark: { slot: "stamp", id },
    content: {
      ...content,
      labels: { ...withoutTier(content.labels), ...tierOf(dice) },
      annotations: { ...content.annotations, stamp: id },
      fields: { ...content.fields, ...fieldsOf(target) },
      finalizers: finalizersAfter(base, dice),
    },
  };
}

function withoutTier({ tier: _tier, ...labels }: Fields): Fields {
  return labels;
}

/** What is being deleted is mostly let go. */
function finalizersAfter({ isTerminating, finalizers }: Seen, dice: Dice): readonly string[] {
  if (isTerminating && dice.chance(0.7)) return [];
  if (dice.chance(0.8)) return finalizers;
  return FINALIZERS.filter(() => dice.chance(0.4));
}

function guard({ dice, board, key }: Target, probability: number): { readonly revision?: number } {
  const base = dice.chance(probability) ? board.version(key, dice) : undefined;
  return base === undefined ? {} : { revision: base.revision };
}

function patch(target: Target): MarkedWrite {
  const { dice, board, key, id, of } = target;
  const how = dice.pick(KINDS[of].patches);
  const fields = fieldsOf(target);
  const isJson = how === "json";
  const change: Change = {
    labels: dice.chance(0.5) ? { tier: dice.pick(isJson ? ["a", "b", "c"] : ["a", "b", null]) } : {},
    annotations: { stamp: id },
    fields:
      isJson || !dice.chance(0.3) || of === "Namespace" ? fields : { ...fields, [dice.pick(FIELDS)]: null },
    ...finalizing(how, board.version(key, dice), dice),
  };
  return { verb: "patch", key, how, change, mark: { slot: "stamp", id }, ...guard(target, 0.35) };
}

function finalizing(how: string, base: Seen | undefined, dice: Dice): Partial<Change> {
  const isWaiting = base?.isTerminating === true;
  if (!dice.chance(isWaiting ? 0.7 : 0.08)) return {};
  if (how === "strategic")
    return { withoutFinalizer: dice.pick(base?.finalizers.length ? base.finalizers : FINALIZERS) };
  return { finalizers: isWaiting ? [] : FINALIZERS.filter(() => dice.chance(0.5)) };
}

function apply(target: Target): MarkedWrite {
  const { dice, key, id } = target;
  const manager = dice.pick(MANAGERS);
  const slot = `stamp-${manager}`;
  return {
    verb: "apply",
    key,
    manager,
    force: dice.chance(0.6),
    mark: { slot, id },
    content: {
      labels: { ...RUN, ...(dice.chance(0.4) ? tierOf(dice) : {}) },
      annotations: { [slot]: id },
      fields: fieldsOf(target),
      finalizers: [],
    },
    ...guard(target, 0.15),
  };
}

function status(target: Target): WriteRequest {
  const { dice, board, key, id } = target;
  const mark = { slot: "status", id };
  const base = board.version(key, dice);
  if (base !== undefined && dice.chance(0.5)) {
    return { verb: "status", key, how: "replace", mark, revision: base.revision };
  }
  return { verb: "status", key, how: "merge", mark, ...guard(target, 0.3) };
}

function deletion(target: Target): DeleteRequest {
  const { dice, board, key } = target;
  const base = dice.chance(0.2) ? board.version(key, dice) : undefined;
  return { verb: "delete", key, ...guard(target, 0.25), ...(base === undefined ? {} : { uid: base.uid }) };
}

/** Lists of all sorts: whole and in pages, of now and of the past. */
export function chooseList({ dice, board }: Choosing, of: KindName): ListRequest {
  const kind = dice.weighted<Freshness["kind"]>({ newest: 10, any: 2, notOlderThan: 2, exact: 2 });
  const revision = board.revision(dice);
  const isDated = (kind === "notOlderThan" || kind === "exact") && revision > 0;
  const freshness: Freshness = isDated ? { kind, revision } : { kind: kind === "any" ? "any" : "newest" };
  return { verb: "list", ...scope(dice, of), limit: dice.pick([0, 0, 1, 2, 3, 5]), freshness };
}

function scope(dice: Dice, of: KindName): Pick<ListRequest, "of" | "namespace" | "selector"> {
  const isNarrow = KINDS[of].isNamespaced && dice.chance(0.6);
  const selector = dice.chance(0.5) ? "everything" : dice.pick([...SELECTORS.keys()]);
  return { of, namespace: isNarrow ? dice.pick(NAMESPACES) : "", selector };
}

/** Draws a watch. */
export function chooseWatch(dice: Dice, board: Board): WatchRequest {
  const kind = dice.weighted({ now: 2, after: 4, initial: 3 });
  const bookmarks = kind === "initial" || dice.chance(0.6);
  const start =
    kind === "after"
      ? { kind, revision: board.revision(dice) }
      : kind === "now"
        ? { kind, isAny: dice.chance(0.4) }
        : { kind };
  // Revision 0 would mean any.
  const isBlank = start.kind === "after" && start.revision === 0;
  const watched = scope(dice, dice.pick(KIND_NAMES));
  return isBlank
    ? { ...watched, start: { kind: "initial" }, bookmarks: true }
    : { ...watched, start, bookmarks };
}

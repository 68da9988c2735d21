import { createHash } from "node:crypto";
import type { Random } from "@weir/core";
import { Dice } from "../dice.ts";
import type { FuzzCase } from "../fuzz-target.ts";
import { caseOf, type CaseRequest } from "./conversation.ts";
import { BUILTIN_SUBJECTS } from "./builtin-kinds.ts";
import { someDefinition } from "./definition.ts";
import { customSubject } from "./custom-subject.ts";
import {
  apply,
  create,
  get,
  jsonPatch,
  list,
  mergePatch,
  type Mood,
  remove,
  strategicPatch,
  update,
  watch,
} from "./request-grammar.ts";
import type { Fields, Subject } from "./subject.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** What custom resources are called. */
const CUSTOM = "Widget";

/** The kinds that conversations are about. */
export const KINDS: readonly string[] = [CUSTOM, ...BUILTIN_SUBJECTS.keys()];

/** The kind that a case is about: half of them are about custom resources. */
export function kindOfCase(random: Random): string {
  if (random.next() < 0.5) return CUSTOM;
  // The kind of the highest hash: one that is added takes some cases from the others and leaves all others as they are.
  const salt = random.next();
  let [best, highest] = ["", -1];
  for (const kind of BUILTIN_SUBJECTS.keys()) {
    const hash = hashOf(`${kind} ${salt}`);
    if (hash > highest) [best, highest] = [kind, hash];
  }
  return best;
}

function hashOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE();
}

/** A conversation about one kind: a definition or a built-in one, then requests of all verbs. */
export function generateConversation(random: Random): FuzzCase {
  const subject = BUILTIN_SUBJECTS.get(kindOfCase(random));
  const dice = new Dice(random, 0.5);
  return caseOf(subject === undefined ? customConversation(dice) : someRequests(dice, subject));
}

function customConversation(dice: Dice): readonly CaseRequest[] {
  const defined = someDefinition(dice);
  const subject = customSubject(defined);
  return [{ method: "POST", path: DEFINITIONS, body: defined.definition }, ...someRequests(dice, subject)];
}

/** How often each kind of request comes, of 100. */
const VERBS: readonly (readonly [
  share: number,
  make: (dice: Dice, subject: Subject, mood: Mood) => CaseRequest,
])[] = [
  [14, create],
  [16, update],
  [13, jsonPatch],
  [14, mergePatch],
  [24, apply],
  [6, get],
  [6, list],
  [7, remove],
];

function someRequests(dice: Dice, subject: Subject): CaseRequest[] {
  const usual = dice.pick([0, 0.02, 0.1]);
  const sent: Fields[] = [];
  const depth = subject.isCustom || dice.chance(0.25) ? Number.POSITIVE_INFINITY : 2;
  // Built-in kinds have values that are decoded and then refused.
  const redefines = subject.redefine !== undefined && dice.chance(0.4);
  const base = { sent, depth, redefines };
  const refusals = subject.isCustom ? 0 : dice.pick([0, 0.2, 0.6]);
  const mood = (): Mood => {
    if (!dice.takesRisks) return { ...base, wrong: 0, refused: 0 };
    if (dice.chance(refusals)) return { ...base, wrong: 0, refused: dice.pick([1, 1, 1, 2, 2, 4]) };
    return { ...base, wrong: dice.chance(0.6) ? usual : 0, refused: 0 };
  };
  const make = dice.chance(0.6) ? create : apply;
  const first = make(dice, subject, { ...base, wrong: 0, refused: 0 });
  const requests = [first, ...dice.many(4, 16, () => someRequest(dice, subject, mood()))];
  return [...requests, ...lastLooks(subject)];
}

/** What has come of it all. */
function lastLooks({ collections, isShared }: Subject): CaseRequest[] {
  return Object.values(collections).flatMap((path) =>
    isShared
      ? ["a", "b"].map((name) => ({ method: "GET", path: `${path}/$NS-${name}` }))
      : [{ method: "GET", path }],
  );
}

function rareRequest(dice: Dice, subject: Subject, { redefines }: Mood): CaseRequest | undefined {
  if (redefines) return dice.chance(0.1) ? subject.redefine?.(dice) : undefined;
  // What happened before a definition was changed no watch tells any more.
  return !subject.isShared && dice.chance(0.015) ? watch(dice, subject) : undefined;
}

function someRequest(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const rare = rareRequest(dice, subject, mood);
  if (rare !== undefined) return rare;
  let left = dice.int(1, 100);
  for (const [share, make] of VERBS) {
    left -= share;
    if (left > 0) continue;
    if (make === mergePatch && (!subject.isCustom ? dice.chance(0.6) : dice.chance(0.03)))
      return strategicPatch(dice, subject, mood);
    return make(dice, subject, mood);
  }
  return get(dice, subject);
}

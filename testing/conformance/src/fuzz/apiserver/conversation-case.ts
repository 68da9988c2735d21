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
} from "./request-grammar.ts";
import type { Fields, Subject } from "./subject.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** A conversation about one kind: a definition or a built-in one, then requests of all verbs. */
export function generateConversation(random: Random): FuzzCase {
  const dice = new Dice(random, 0.5);
  return caseOf(
    dice.chance(0.5) ? customConversation(dice) : someRequests(dice, dice.pick(BUILTIN_SUBJECTS)),
  );
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
  const depth = subject.isCustom ? Number.POSITIVE_INFINITY : 2;
  const mood = (): Mood => ({ wrong: dice.takesRisks && dice.chance(0.6) ? usual : 0, sent, depth });
  const make = dice.chance(0.6) ? create : apply;
  const first = make(dice, subject, { wrong: 0, sent, depth });
  const requests = [first, ...dice.many(4, 16, () => someRequest(dice, subject, mood()))];
  return [...requests, ...Object.values(subject.collections).map((path) => ({ method: "GET", path }))];
}

function someRequest(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
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

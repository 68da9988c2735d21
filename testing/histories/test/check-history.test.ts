import { describe, expect, test } from "vitest";
import { checkHistory } from "../src/index.ts";
import type { History, Operation, Watch, WriteOperation } from "../src/history/history.ts";
import type { Seen } from "../src/history/seen-object.ts";
import {
  aBookmark,
  aCreate,
  aDelete,
  aGet,
  aHistory,
  aList,
  anEvent,
  aPage,
  aReplace,
  aVersion,
  aWatch,
  KEY,
} from "./planted-history.ts";

const OTHER = "ConfigMap/a/second";
// One object that is made, changed and removed, and another that stays.
const v2 = aVersion({ revision: 2, stamp: "o1", tier: "a" });
const v3 = aVersion({ revision: 3, stamp: "o2", key: OTHER, uid: "u2", tier: "a" });
const v4 = aVersion({ revision: 4, stamp: "o3", tier: "b" });
const gone: Seen = { ...v4, revision: 5 };

const again = aVersion({ revision: 6, stamp: "o6", uid: "u3" });

const create = aCreate("o1", v2, { start: 10, end: 12 });
const createOther = aCreate("o2", v3, { start: 14, end: 16 });
const replace = aReplace("o3", v4, { start: 20, end: 22, onto: 2 });
const remove = aDelete("o4", { start: 30, end: 32 });
const events = [
  anEvent("ADDED", 11, v2),
  anEvent("ADDED", 15, v3),
  anEvent("MODIFIED", 21, v4),
  anEvent("DELETED", 31, gone),
];
const all = [create, createOther, replace, remove];
const auditor = aWatch(events, { id: "auditor" });

function rulesOf(history: History): readonly string[] {
  return [...new Set(checkHistory(history).map(({ rule }) => rule))];
}

/** The good history with something more, or something else. */
function withThese(parts: {
  readonly operations?: readonly Operation[];
  readonly more?: readonly Operation[];
  readonly watches?: readonly Watch[];
  readonly server?: History["server"];
}): History {
  const { operations = all, more = [], watches = [auditor], server = [] } = parts;
  return aHistory({ operations: [...operations, ...more], watches, server, settled: 5 });
}

interface Case {
  readonly name: string;
  readonly history: History;
  readonly want: readonly string[];
}

const refused = (reason: string): WriteOperation["outcome"] => ({
  kind: "refused",
  code: 409,
  reason,
  message: "",
});
const unanswered = (
  { answer: _answer, ...write }: WriteOperation,
  until = Number.POSITIVE_INFINITY,
): WriteOperation => ({
  ...write,
  outcome: { kind: "unknown", until },
});

describe("a history of a correct server", () => {
  const good: readonly Omit<Case, "want">[] = [
    { name: "of writes and a watch", history: withThese({}) },
    {
      name: "of a write whose answer was lost",
      history: withThese({ operations: [create, createOther, unanswered(replace), remove] }),
    },
    {
      name: "of a write that was lost with its answer",
      history: withThese({
        more: [unanswered(aReplace("o5", aVersion({ revision: 0, stamp: "o5" }), { start: 34, end: 36 }))],
      }),
    },
    {
      name: "of a deletion without an answer",
      history: withThese({
        operations: [
          create,
          createOther,
          replace,
          { ...aDelete("o4", { start: 30, end: 32 }), outcome: { kind: "unknown", until: 99 } },
        ],
      }),
    },
    {
      name: "of a deletion without an answer that may be another's, but for its answer",
      history: aHistory({
        operations: [
          ...all,
          aCreate("o6", again, { start: 31, end: 36 }),
          { ...aDelete("o5", { start: 30, end: 31 }), outcome: { kind: "unknown", until: 99 } },
        ],
        watches: [
          aWatch(
            [...events, anEvent("ADDED", 35, again), anEvent("DELETED", 37, { ...again, revision: 7 })],
            { id: "auditor" },
          ),
        ],
        settled: 7,
      }),
    },
    {
      name: "of reads that meet a write",
      history: withThese({
        more: [aGet("g1", v2, { start: 18, end: 24 }), aGet("g2", v4, { start: 19, end: 25 })],
      }),
    },
    {
      name: "of a read of what is gone",
      history: withThese({ more: [aGet("g1", undefined, { start: 34, end: 36 })] }),
    },
    {
      name: "of a list in pages",
      history: withThese({
        more: [
          aList("l1", [
            aPage({ start: 24, end: 26, revision: 4, items: [v4], hasMore: true, remaining: 1 }),
            aPage({ start: 34, end: 36, revision: 4, items: [v3] }),
          ]),
        ],
      }),
    },
    {
      name: "of a refusal by a conflict",
      history: withThese({
        more: [
          {
            ...unanswered(
              aReplace("o5", aVersion({ revision: 0, stamp: "o5" }), { start: 24, end: 26, onto: 2 }),
            ),
            outcome: refused("Conflict"),
          },
        ],
      }),
    },
    {
      name: "of a watch by a selector that an object leaves",
      history: withThese({
        watches: [
          auditor,
          aWatch(
            [
              anEvent("ADDED", 11, v2),
              anEvent("ADDED", 15, v3),
              anEvent("DELETED", 21, { ...v2, revision: 4 }),
            ],
            { request: { selector: "tier a" } },
          ),
        ],
      }),
    },
    {
      name: "of a watch that begins with what is there",
      history: withThese({
        watches: [
          auditor,
          aWatch(
            [
              anEvent("ADDED", 18, v2),
              anEvent("ADDED", 18, v3),
              aBookmark(19, 3, true),
              anEvent("MODIFIED", 21, v4),
              anEvent("DELETED", 31, gone),
            ],
            {
              opened: 17,
              request: { start: { kind: "initial" } },
            },
          ),
        ],
      }),
    },
    {
      name: "of a watch that begins now",
      history: withThese({
        watches: [
          auditor,
          aWatch(
            [
              anEvent("ADDED", 18, v2),
              anEvent("ADDED", 18, v3),
              anEvent("MODIFIED", 21, v4),
              anEvent("DELETED", 31, gone),
            ],
            {
              opened: 17,
              request: { start: { kind: "now", isAny: false } },
            },
          ),
        ],
      }),
    },
    {
      name: "of a watch whose beginning was compacted",
      history: withThese({
        server: [{ kind: "compacting", at: 33, before: 5 }],
        watches: [auditor, aWatch([], { opened: 34, end: { kind: "expired", at: 35 } })],
      }),
    },
  ];

  test.each(good)("$name is found to be one", ({ history }) => {
    expect(checkHistory(history)).toEqual([]);
  });
});

describe("writes", () => {
  const stolen = aVersion({ revision: 2, stamp: "o2", key: OTHER, uid: "u2" });
  const unexpected = aVersion({ revision: 4, stamp: "o3", value: "something else", tier: "b" });
  const lost = aReplace("o5", aVersion({ revision: 6, stamp: "o5", key: OTHER, uid: "u2", tier: "a" }), {
    start: 40,
    end: 42,
  });
  const early = aVersion({ revision: 4, stamp: "o3", tier: "b" });
  const cases: readonly Case[] = [
    {
      name: "that share a revision",
      history: aHistory({ operations: [create, aCreate("o2", stolen, { start: 14, end: 16 })], watches: [] }),
      want: ["one write for a revision"],
    },
    {
      name: "whose revision has two contents",
      history: withThese({ more: [aGet("g1", unexpected, { start: 24, end: 26 })] }),
      want: ["one content for a revision"],
    },
    {
      name: "that were acknowledged and are nowhere",
      history: { ...withThese({ more: [lost] }), settled: 6 },
      want: ["acknowledged writes stay"],
    },
    {
      name: "that were acknowledged and are not read afterwards",
      history: withThese({ more: [lost, aGet("g1", v3, { start: 44, end: 46 })] }),
      want: ["reads are fresh"],
    },
    {
      name: "that overwrite what they did not expect",
      history: withThese({
        operations: [
          create,
          createOther,
          { ...replace, request: { ...replace.request, revision: 1 } as WriteOperation["request"] },
          remove,
        ],
      }),
      want: ["a write sees what was before"],
    },
    {
      name: "that do something else",
      history: withThese({
        operations: [create, createOther, { ...replace, answer: unexpected }, remove],
        watches: [],
      }),
      want: ["a write does what it says", "acknowledged writes stay"],
    },
    {
      name: "that were refused and happened",
      history: withThese({
        operations: [create, createOther, { ...unanswered(replace), outcome: refused("Conflict") }, remove],
      }),
      want: ["a refused write does nothing"],
    },
    {
      name: "that nobody made",
      history: withThese({ operations: [create, createOther, remove] }),
      want: ["nothing out of nothing"],
    },
    {
      name: "that happen twice",
      history: withThese({
        operations: [create, createOther, replace],
        watches: [
          aWatch([
            ...events.slice(0, 3),
            anEvent("MODIFIED", 23, aVersion({ revision: 5, stamp: "other" })),
            anEvent("MODIFIED", 24, aVersion({ revision: 6, stamp: "o3", tier: "b" })),
          ]),
        ],
        more: [aReplace("other", aVersion({ revision: 5, stamp: "other" }), { start: 20, end: 23 })],
      }),
      want: ["a write sees what was before", "a write happens once"],
    },
    {
      name: "that take a revision below one that was known",
      history: withThese({
        operations: [create, createOther, { ...replace, answer: early, start: 40, end: 42 }, remove],
      }),
      want: ["order in time"],
    },
    {
      name: "that take effect after their server was killed",
      history: withThese({
        operations: [create, createOther, unanswered({ ...replace, start: 12, end: 13 }, 13), remove],
      }),
      want: ["order in time"],
    },
    {
      name: "whose deletion is acknowledged and does not happen",
      history: withThese({
        operations: [create, createOther, replace, remove],
        watches: [aWatch(events.slice(0, 3))],
      }),
      want: ["acknowledged writes stay"],
    },
    {
      name: "that remove what nobody deleted",
      history: withThese({ operations: [create, createOther, replace] }),
      want: ["nothing out of nothing"],
    },
    {
      name: "that are refused without a reason",
      history: withThese({
        more: [
          {
            ...unanswered(
              aReplace("o5", aVersion({ revision: 0, stamp: "o5" }), { start: 24, end: 26, onto: 4 }),
            ),
            outcome: refused("Conflict"),
          },
        ],
      }),
      want: ["refusals have a reason"],
    },
    {
      name: "that give a uid to two objects",
      history: aHistory({
        operations: [create, aCreate("o2", { ...v3, uid: "u1" }, { start: 14, end: 16 })],
      }),
      want: ["a uid for one object"],
    },
    {
      name: "that let a generation fall",
      history: aHistory({
        operations: [
          aCreate("o1", aVersion({ revision: 2, stamp: "o1", generation: 3 }), { start: 10, end: 12 }),
          aReplace("o3", aVersion({ revision: 4, stamp: "o3", generation: 2 }), { start: 20, end: 22 }),
        ],
      }),
      want: ["numbers only grow", "a write does what it says"],
    },
  ];

  test.each(cases)("$name are noticed", ({ history, want }) => {
    expect(rulesOf(history)).toEqual(expect.arrayContaining([...want]));
  });
});

describe("reads", () => {
  const cases: readonly Case[] = [
    {
      name: "a get of what was before",
      history: withThese({ more: [aGet("g1", v2, { start: 24, end: 26 })] }),
      want: ["reads are fresh"],
    },
    {
      name: "a get that goes back behind another",
      history: withThese({
        operations: [create, createOther, { ...replace, end: 28 }, remove],
        watches: [aWatch([...events.slice(0, 2), anEvent("MODIFIED", 29, v4), ...events.slice(3)])],
        more: [aGet("g1", v4, { start: 21, end: 22 }), aGet("g2", v2, { start: 24, end: 26 })],
      }),
      want: ["reads are fresh"],
    },
    {
      name: "a get of what is not yet written",
      history: withThese({ more: [aGet("g1", v4, { start: 17, end: 18 })] }),
      want: ["order in time", "reads are fresh"],
    },
    {
      name: "a get that misses what is there",
      history: withThese({ more: [aGet("g1", undefined, { start: 24, end: 26 })] }),
      want: ["reads are fresh"],
    },
    {
      name: "a get of what is gone",
      history: withThese({ more: [aGet("g1", v4, { start: 34, end: 36 })] }),
      want: ["reads are fresh"],
    },
    {
      name: "a list that is torn between two revisions",
      history: withThese({
        more: [aList("l1", [aPage({ start: 24, end: 26, revision: 4, items: [v2, v3] })])],
      }),
      want: ["lists are snapshots"],
    },
    {
      name: "a list that leaves something out",
      history: withThese({ more: [aList("l1", [aPage({ start: 24, end: 26, revision: 4, items: [v4] })])] }),
      want: ["lists are snapshots"],
    },
    {
      name: "a list with what was deleted",
      history: withThese({
        more: [aList("l1", [aPage({ start: 34, end: 36, revision: 5, items: [v4, v3] })])],
      }),
      want: ["lists are snapshots"],
    },
    {
      name: "a list out of order",
      history: withThese({
        more: [aList("l1", [aPage({ start: 24, end: 26, revision: 4, items: [v3, v4] })])],
      }),
      want: ["lists are snapshots"],
    },
    {
      name: "a list of the past",
      history: withThese({
        more: [aList("l1", [aPage({ start: 24, end: 26, revision: 3, items: [v2, v3] })])],
      }),
      want: ["reads are fresh"],
    },
    {
      name: "a list of another revision than the one asked for",
      history: withThese({
        more: [
          aList("l1", [aPage({ start: 24, end: 26, revision: 4, items: [v4, v3] })], {
            freshness: { kind: "exact", revision: 3 },
          }),
        ],
      }),
      want: ["lists are snapshots"],
    },
    {
      name: "pages of two revisions",
      history: withThese({
        more: [
          aList("l1", [
            aPage({ start: 17, end: 18, revision: 3, items: [v2], hasMore: true }),
            aPage({ start: 24, end: 26, revision: 4, items: [v3] }),
          ]),
        ],
      }),
      want: ["pages are of one list"],
    },
    {
      name: "a page that miscounts what is left",
      history: withThese({
        more: [
          aList("l1", [aPage({ start: 24, end: 26, revision: 4, items: [v4], hasMore: true, remaining: 2 })]),
        ],
      }),
      want: ["pages are of one list"],
    },
    {
      name: "a token that expires without a compaction",
      history: withThese({
        more: [
          {
            ...aList("l1", [aPage({ start: 24, end: 26, revision: 4, items: [v4], hasMore: true })]),
            outcome: { kind: "refused", code: 410, reason: "Expired", message: "" },
          },
        ],
      }),
      want: ["history is kept"],
    },
  ];

  test.each(cases)("$name is noticed", ({ history, want }) => {
    expect(rulesOf(history)).toEqual(want);
  });
});

describe("watches", () => {
  const watching = (given: Parameters<typeof aWatch>[0], watch?: Parameters<typeof aWatch>[1]): History =>
    withThese({ watches: [auditor, aWatch(given, watch)] });
  const [added, other, modified, deleted] = events;
  const initial = { opened: 17, request: { start: { kind: "initial" } } } as const;
  const first = [anEvent("ADDED", 18, v2), anEvent("ADDED", 18, v3)];
  const later = [anEvent("MODIFIED", 21, v4), anEvent("DELETED", 31, gone)];
  const cases: readonly Case[] = [
    {
      name: "that miss an event",
      history: watching([added!, modified!, deleted!]),
      want: ["no event is missing"],
    },
    {
      name: "that miss the last event",
      history: watching([added!, other!, modified!]),
      want: ["no event is missing"],
    },
    { name: "that fall silent", history: watching([]), want: ["no event is missing"] },
    {
      name: "that repeat an event",
      history: watching([added!, other!, other!, modified!, deleted!]),
      want: ["no event comes twice"],
    },
    {
      name: "that swap events",
      history: watching([other!, added!, modified!, deleted!]),
      want: ["no event is missing", "events come in order"],
    },
    {
      name: "that call a change a beginning",
      history: watching([added!, other!, anEvent("ADDED", 21, v4), deleted!]),
      want: ["events are true"],
    },
    {
      name: "that show something else of what was deleted",
      history: watching([added!, other!, modified!, anEvent("DELETED", 31, { ...v2, revision: 5 })]),
      want: ["events are true"],
    },
    {
      name: "that show what their selector does not choose",
      history: watching([added!, other!, modified!, deleted!], { request: { selector: "tier a" } }),
      want: ["events are true"],
    },
    {
      name: "that do not tell when an object leaves",
      history: watching([added!, other!], { request: { selector: "tier a" } }),
      want: ["no event is missing"],
    },
    {
      name: "whose bookmark comes too early",
      history: watching([added!, other!, aBookmark(17, 4), modified!, deleted!]),
      want: ["order in time", "bookmarks are true"],
    },
    {
      name: "whose bookmark goes back",
      history: watching([added!, other!, aBookmark(17, 2), modified!, deleted!]),
      want: ["bookmarks are true"],
    },
    {
      name: "that tell before anything was sent",
      history: watching([added!, anEvent("ADDED", 13, v3), modified!, deleted!]),
      want: ["order in time"],
    },
    {
      name: "whose first events leave something out",
      history: watching([...first.slice(1), aBookmark(19, 3, true), ...later], initial),
      want: ["the first events are a snapshot"],
    },
    {
      name: "whose first events are of two revisions",
      history: watching(
        [anEvent("ADDED", 24, v2), anEvent("ADDED", 24, v3), aBookmark(25, 4, true), ...later.slice(1)],
        { ...initial, opened: 23 },
      ),
      want: ["the first events are a snapshot"],
    },
    {
      name: "whose first events are old",
      history: watching([...first, aBookmark(25, 3, true), ...later], { ...initial, opened: 23 }),
      want: ["reads are fresh"],
    },
    {
      name: "whose first events never end",
      history: watching(first, initial),
      want: ["the first events are a snapshot"],
    },
    {
      name: "that begin in the past",
      history: watching([...first, ...later], {
        opened: 23,
        request: { start: { kind: "now", isAny: false } },
      }),
      want: ["the first events are a snapshot"],
    },
    {
      name: "that are too old without a compaction",
      history: watching([], { opened: 34, end: { kind: "expired", at: 35 } }),
      want: ["history is kept"],
    },
    {
      name: "that are refused",
      history: watching([], { end: { kind: "failed", at: 35, message: "500" } }),
      want: ["requests are answered"],
    },
    {
      name: "that take up again too late",
      history: watching([modified!, deleted!], {
        opened: 13,
        request: { start: { kind: "after", revision: 2 } },
      }),
      want: ["no event is missing"],
    },
  ];

  test.each(cases)("$name are noticed", ({ history, want }) => {
    expect(rulesOf(history)).toEqual(want);
  });

  test("are found to hide the end of an object when another takes its place", () => {
    const next = aVersion({ revision: 6, stamp: "o5", uid: "u3" });
    const again = aCreate("o5", next, { start: 40, end: 42 });
    const watches = [aWatch([...events.slice(0, 3), anEvent("MODIFIED", 41, next)])];
    expect(rulesOf(withThese({ more: [again], watches }))).toContain("no event is missing");
    expect(next.key).toBe(KEY);
  });
});

import type { KubeObject } from "@weir/objects";
import { beforeEach, describe, expect, test } from "vitest";
import { ObjectStore } from "./object-store.ts";
import { labelMatcher } from "./selector.ts";

let store: ObjectStore;

beforeEach(() => {
  store = new ObjectStore(() => true);
});

interface Parts {
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly refs?: readonly string[];
}

function anObject(name: string, version: string, parts: Parts = {}): KubeObject {
  const { namespace = "ns", uid = `uid-${name}`, labels = {}, refs = [] } = parts;
  const metadata = {
    ...(namespace === "" ? {} : { namespace }),
    name,
    uid,
    resourceVersion: version,
    labels,
  };
  return { apiVersion: "v1", kind: "Thing", metadata, spec: { refs: [...refs] } };
}

const names = (objects: readonly KubeObject[]): (string | undefined)[] =>
  objects.map(({ metadata }) => metadata.name).sort();
const versionOf = (key: string): string | undefined => store.get(key)?.metadata.resourceVersion;
const refsOf = (object: KubeObject): readonly string[] =>
  (object["spec"] as { refs: readonly string[] }).refs;

describe("a store", () => {
  test("tells creations, updates and deletions apart, with old and new", () => {
    const first = anObject("a", "1");
    const second = anObject("a", "2");
    const last = anObject("a", "3");
    expect(store.upsert(first)).toEqual({ kind: "create", object: first, isInitial: false, isOwn: false });
    expect(store.upsert(second)).toEqual({ kind: "update", previous: first, object: second, isOwn: false });
    expect(store.remove(last)).toEqual({ kind: "delete", object: last, isMissed: false, isOwn: false });
    expect(store.remove(last)).toBeUndefined();
    expect(store.size).toBe(0);
  });

  test("shows nothing of a new state before it is complete, and then all of it", () => {
    store.replace([anObject("old", "1")], "1");
    store.addIndex("early", refsOf);
    store.beginReplacement();
    store.stage(anObject("new", "2", { refs: ["x"] }));
    store.stage(anObject("passing", "3"));
    store.unstage(anObject("passing", "4"));
    store.addIndex("late", refsOf);
    expect(names(store.list())).toEqual(["old"]);
    const changes = [...store.completeReplacement("4")];
    expect(changes.map(({ kind, object }) => `${kind} ${object.metadata.name}`)).toEqual([
      "delete old",
      "create new",
    ]);
    for (const index of ["early", "late"])
      expect(names(store.list({ index: [index, "x"] }))).toEqual(["new"]);
    expect([names(store.list()), store.size]).toEqual([["new"], 1]);
  });

  test("forgets a new state that came to no end", () => {
    store.beginReplacement();
    store.stage(anObject("lost", "2"));
    expect(store.replace([anObject("a", "3")], "3")).toHaveLength(1);
    expect(names(store.list())).toEqual(["a"]);
  });

  test("drops an event whose state it has, or is past", () => {
    store.upsert(anObject("a", "5"));
    expect(store.upsert(anObject("a", "5"))).toBeUndefined();
    expect(store.upsert(anObject("a", "4"))).toBeUndefined();
    expect(versionOf("ns/a")).toBe("5");
  });

  test("takes versions that have no order as they come", () => {
    store.upsert(anObject("a", "beta"));
    expect(store.upsert(anObject("a", "beta"))).toBeUndefined();
    expect(store.upsert(anObject("a", "alpha"))?.kind).toBe("update");
    expect(versionOf("ns/a")).toBe("alpha");
  });

  test("holds objects that nobody can change", () => {
    store.upsert(anObject("a", "1", { refs: ["x"] }));
    const held = store.get("ns/a") as KubeObject;
    expect(() => (refsOf(held) as string[]).push("y")).toThrow(TypeError);
    expect(() => Object.assign(held.metadata, { name: "b" })).toThrow(TypeError);
  });

  test("lists by namespace, by labels, and objects scoped to the cluster", () => {
    store.upsert(anObject("a", "1", { labels: { app: "x" } }));
    store.upsert(anObject("b", "2", { namespace: "other", labels: { app: "x" } }));
    store.upsert(anObject("c", "3", { namespace: "" }));
    const matches = labelMatcher("app in (x, y)");
    expect(names(store.list())).toEqual(["a", "b", "c"]);
    expect(names(store.list({ namespace: "ns" }))).toEqual(["a"]);
    expect(names(store.list({ matches }))).toEqual(["a", "b"]);
    expect(names(store.list({ namespace: "other", matches }))).toEqual(["b"]);
    expect(names(store.list({ namespace: "none" }))).toEqual([]);
    expect(store.get("c")?.metadata.name).toBe("c");
  });
});

describe("a whole new state", () => {
  test("is the first state for a store that was empty", () => {
    expect(store.replace([anObject("a", "1")], "7")).toMatchObject([{ kind: "create", isInitial: true }]);
    expect(store.replace([anObject("a", "1"), anObject("b", "9")], "9")).toMatchObject([
      { kind: "create", isInitial: false },
    ]);
  });

  test("shows deletions that were missed, and nothing of what stayed", () => {
    store.replace([anObject("a", "1"), anObject("b", "2"), anObject("c", "3")], "5");
    expect(store.replace([anObject("b", "2"), anObject("c", "8")], "9")).toMatchObject([
      { kind: "delete", isMissed: true, object: { metadata: { name: "a" } } },
      { kind: "update", object: { metadata: { name: "c", resourceVersion: "8" } } },
    ]);
    expect(names(store.list())).toEqual(["b", "c"]);
  });

  test("shows an object of the same name and another uid as deleted and created", () => {
    store.replace([anObject("a", "1", { uid: "old" })], "5");
    expect(store.replace([anObject("a", "8", { uid: "new" })], "9")).toMatchObject([
      { kind: "delete", isMissed: true, object: { metadata: { uid: "old" } } },
      { kind: "create", object: { metadata: { uid: "new" } } },
    ]);
  });

  test("is the truth even where its versions are lower, as after a restored backup", () => {
    store.replace([anObject("a", "90")], "100");
    expect(store.replace([anObject("a", "20")], "30")).toMatchObject([{ kind: "update" }]);
    expect(store.upsert(anObject("a", "31"))).toMatchObject({ kind: "update" });
  });
});

describe("an index", () => {
  beforeEach(() => {
    store.addIndex("refs", refsOf);
  });
  const lookUp = (value: string) => names(store.list({ index: ["refs", value] }));

  test("follows objects with several values through their lives", () => {
    store.upsert(anObject("a", "1", { refs: ["x", "y"] }));
    store.upsert(anObject("b", "2", { refs: ["y"] }));
    expect([lookUp("x"), lookUp("y"), lookUp("z")]).toEqual([["a"], ["a", "b"], []]);
    store.upsert(anObject("a", "3", { refs: ["z"] }));
    expect([lookUp("x"), lookUp("y"), lookUp("z")]).toEqual([[], ["b"], ["a"]]);
    store.remove(anObject("b", "4"));
    expect(lookUp("y")).toEqual([]);
    store.replace([], "9");
    expect(lookUp("z")).toEqual([]);
  });

  test("that is added late knows what is there", () => {
    store.upsert(anObject("a", "1", { labels: { app: "x" } }));
    store.addIndex("app", ({ metadata }) => metadata.labels?.["app"]);
    expect(names(store.list({ index: ["app", "x"] }))).toEqual(["a"]);
    expect(store.hasIndex("app")).toBe(true);
  });

  test("knows own writes, and forgets what they moved", () => {
    store.upsert(anObject("a", "1", { refs: ["x"] }));
    store.noteWritten(anObject("a", "2", { refs: ["y"] }));
    store.noteWritten(anObject("b", "3", { refs: ["y"] }));
    expect([lookUp("x"), lookUp("y")]).toEqual([[], ["a", "b"]]);
    expect(names(store.list({ namespace: "ns" }))).toEqual(["a", "b"]);
  });
});

describe("an own write", () => {
  test("is forgotten when the server goes back in time, as after a restored backup", () => {
    store.replace([anObject("a", "100")], "100");
    store.noteWritten(anObject("a", "120"));
    store.noteWritten(anObject("b", "121"));
    store.replace([anObject("a", "50")], "60");
    expect([versionOf("ns/a"), versionOf("ns/b")]).toEqual(["50", undefined]);
  });

  test("is read at once, and told to handlers when the watch shows it", () => {
    store.upsert(anObject("a", "1"));
    store.noteWritten(anObject("a", "2"));
    expect(versionOf("ns/a")).toBe("2");
    expect(store.upsert(anObject("a", "2"))).toMatchObject({
      kind: "update",
      isOwn: true,
      previous: { metadata: { resourceVersion: "1" } },
    });
    expect(store.ownWrites.size).toBe(0);
  });

  test("of a new object is read at once", () => {
    store.replace([], "5");
    store.noteWritten(anObject("a", "6"));
    expect(names(store.list())).toEqual(["a"]);
    expect(store.upsert(anObject("a", "6"))).toMatchObject({ kind: "create", isOwn: true });
    expect(names(store.list())).toEqual(["a"]);
  });

  test("stays over states from before it, which handlers are told of", () => {
    store.upsert(anObject("a", "1"));
    store.noteWritten(anObject("a", "4"));
    expect(store.upsert(anObject("a", "3"))).toMatchObject({ kind: "update", isOwn: false });
    expect(versionOf("ns/a")).toBe("4");
    store.upsert(anObject("a", "5"));
    expect(versionOf("ns/a")).toBe("5");
    expect(store.ownWrites.size).toBe(0);
  });

  test("that was answered late does not hide what the watch shows", () => {
    store.upsert(anObject("a", "9"));
    store.noteWritten(anObject("a", "8"));
    expect(versionOf("ns/a")).toBe("9");
  });

  test("to an object that was replaced by another one does not hide that", () => {
    store.upsert(anObject("a", "9", { uid: "new" }));
    store.noteWritten(anObject("a", "8", { uid: "old" }));
    expect(store.get("ns/a")?.metadata.uid).toBe("new");
  });

  test("that was answered after a later one is forgotten", () => {
    store.upsert(anObject("a", "1"));
    store.noteWritten(anObject("a", "3"));
    store.noteWritten(anObject("a", "2"));
    expect(versionOf("ns/a")).toBe("3");
  });

  test("does not bring back what was deleted since", () => {
    store.upsert(anObject("a", "1"));
    store.remove(anObject("a", "9"));
    store.noteWritten(anObject("a", "8"));
    expect(store.get("ns/a")).toBeUndefined();
  });

  test("is forgotten when a bookmark or another object shows that the watch is past it", () => {
    store.replace([], "5");
    store.noteWritten(anObject("a", "6"));
    store.bookmark("7");
    expect(store.get("ns/a")).toBeUndefined();
  });

  test("is forgotten when everything is read again without it", () => {
    store.replace([], "5");
    store.noteWritten(anObject("a", "6"));
    store.replace([], "8");
    expect(store.get("ns/a")).toBeUndefined();
  });

  test("of an object that the watch would not show takes it away instead", () => {
    store = new ObjectStore(({ metadata }) => metadata.labels?.["shard"] === "1");
    store.upsert(anObject("a", "1", { labels: { shard: "1" } }));
    store.noteWritten(anObject("a", "2", { labels: { shard: "2" } }));
    store.noteWritten(anObject("b", "3"));
    expect(names(store.list())).toEqual([]);
    expect(store.get("ns/a")).toBeUndefined();
  });

  test("under way makes any event of its object its own", () => {
    store.upsert(anObject("a", "1"));
    store.ownWrites.begin("ns/a");
    expect(store.upsert(anObject("a", "2"))).toMatchObject({ isOwn: true });
    store.ownWrites.end("ns/a");
    store.noteWritten(anObject("a", "2"));
    expect(store.upsert(anObject("a", "3"))).toMatchObject({ isOwn: false });
    expect(store.ownWrites.size).toBe(0);
  });

  test("is recognised through several writes in a row", () => {
    store.upsert(anObject("a", "1"));
    store.noteWritten(anObject("a", "2"));
    store.noteWritten(anObject("a", "3"));
    expect(store.upsert(anObject("a", "2"))).toMatchObject({ isOwn: true });
    expect(store.upsert(anObject("a", "3"))).toMatchObject({ isOwn: true });
    expect(store.upsert(anObject("a", "4"))).toMatchObject({ isOwn: false });
  });
});

describe("an own deletion", () => {
  beforeEach(() => {
    store.upsert(anObject("a", "1"));
  });

  test("is read at once, and told to handlers when the watch shows it", () => {
    store.noteDeleted("ns/a", "uid-a");
    expect(store.get("ns/a")).toBeUndefined();
    expect(names(store.list())).toEqual([]);
    expect(store.remove(anObject("a", "2"))).toMatchObject({ kind: "delete", isOwn: true });
    expect(store.ownWrites.size).toBe(0);
  });

  test("is not undone by a state from before it", () => {
    store.noteDeleted("ns/a", "uid-a");
    store.upsert(anObject("a", "2"));
    expect(store.get("ns/a")).toBeUndefined();
    store.bookmark("3");
    expect(store.get("ns/a")).toBeUndefined();
    store.remove(anObject("a", "4"));
    expect(store.ownWrites.size).toBe(0);
  });

  test("gives way to an object that was created since", () => {
    store.noteDeleted("ns/a", "uid-a");
    store.upsert(anObject("a", "5", { uid: "new" }));
    expect(store.get("ns/a")?.metadata.uid).toBe("new");
  });

  test("of an object that is gone or another one by now leaves no trace", () => {
    store.noteDeleted("ns/a", "another");
    store.noteDeleted("ns/none", undefined);
    expect(store.get("ns/a")).toBeDefined();
    expect(store.ownWrites.size).toBe(0);
  });

  test("is over when everything is read again", () => {
    store.noteDeleted("ns/a", "uid-a");
    store.replace([], "9");
    expect(store.ownWrites.size).toBe(0);
  });

  test("and creation in a row show the new object, also after the watch shows the deletion", () => {
    store.noteDeleted("ns/a", "uid-a");
    store.noteWritten(anObject("a", "5", { uid: "new" }));
    store.remove(anObject("a", "4"));
    expect(store.get("ns/a")?.metadata.uid).toBe("new");
    store.upsert(anObject("a", "5", { uid: "new" }));
    expect(store.ownWrites.size).toBe(0);
  });
});

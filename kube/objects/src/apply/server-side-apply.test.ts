import type { JsonObject, JsonValue } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldSetOf } from "../fields/field-set.ts";
import type { KubeObject } from "../object.ts";
import { applyServerSide, type ApplyRequest, type ApplyResult } from "./server-side-apply.ts";
import { keepUnchangedTimes } from "./unchanged-times.ts";
import { updateManagedFields } from "./update-managed-fields.ts";

fc.configureGlobal({ seed: 1 });

const text: SchemaNode = { type: "string" };
const gvk = { group: "example.com", version: "v1", kind: "Widget" };
const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        text,
        size: { type: "integer" },
        labels: { type: "object", additionalProperties: text },
        set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
        list: { type: "array", items: text },
        ports: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port", "protocol"],
          items: {
            type: "object",
            properties: {
              port: { type: "integer" },
              protocol: { type: "string", default: "TCP" },
              name: text,
              note: text,
            },
          },
        },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    status: { type: "object", properties: { phase: text } },
  },
};

const noon = new Date("2026-01-01T12:00:00.900Z");
const later = new Date("2026-01-01T13:00:00Z");

function aWidget(spec: JsonValue | undefined, rest: JsonObject = {}): JsonObject {
  const content = spec === undefined ? {} : { spec };
  return { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, ...content, ...rest };
}

function apply(
  live: KubeObject | undefined,
  manager: string,
  applied: JsonObject,
  more: Partial<ApplyRequest> = {},
): ApplyResult {
  return applyServerSide({ gvk, schema, manager, live, applied, force: false, now: noon, ...more });
}

function applied(
  live: KubeObject | undefined,
  manager: string,
  spec: JsonValue | undefined,
  more: Partial<ApplyRequest> = {},
): KubeObject {
  const result = apply(live, manager, aWidget(spec), more);
  if (result.kind === "conflict") throw result.error;
  return stored(result.object);
}

/** What the server adds before it stores an object. */
function stored(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, uid: "u1" } };
}

function owners(object: KubeObject): unknown {
  const entries = object.metadata.managedFields ?? [];
  return Object.fromEntries(
    entries.map(({ manager, operation, fieldsV1 }) => [`${manager} ${operation}`, fieldsV1]),
  );
}

describe("applyServerSide", () => {
  test("makes the applier the owner of what it applies, and of nothing that every object has", () => {
    expect(applied(undefined, "m1", { text: "a", labels: { k: "v" } })).toEqual({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: {
        name: "w",
        uid: "u1",
        managedFields: [
          {
            manager: "m1",
            operation: "Apply",
            apiVersion: "example.com/v1",
            time: "2026-01-01T12:00:00Z",
            fieldsType: "FieldsV1",
            fieldsV1: { "f:spec": { "f:labels": { "f:k": {} }, "f:text": {} } },
          },
        ],
      },
      spec: { text: "a", labels: { k: "v" } },
    });
  });

  test("changes nothing, not even a time, when the same is applied again", () => {
    const live = applied(undefined, "m1", { text: "a", ports: [{ port: 80 }] });
    const again = apply(live, "m1", aWidget({ text: "a", ports: [{ port: 80 }] }), { now: later });
    expect(again).toEqual({ kind: "applied", object: live, changed: false });
  });

  test("lists a manager without a time when its apply changes nothing", () => {
    const live = applied(undefined, "m1", { text: "a" });
    const both = applied(live, "m2", { text: "a" }, { now: later });
    expect(both.metadata.managedFields?.map(({ manager, time }) => [manager, time])).toEqual([
      ["m2", undefined],
      ["m1", "2026-01-01T12:00:00Z"],
    ]);
  });

  const removals: ReadonlyArray<{
    readonly name: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
    readonly want: JsonValue;
  }> = [
    {
      name: "a field",
      before: { text: "a", size: 1 },
      after: { text: "a" },
      want: { text: "a", live: true },
    },
    {
      name: "a key of a map",
      before: { labels: { a: "1", b: "2" } },
      after: { labels: { b: "2" } },
      want: { labels: { b: "2" }, live: true },
    },
    {
      name: "an item of a set",
      before: { set: ["a", "b"] },
      after: { set: ["b"] },
      want: { set: ["b"], live: true },
    },
    {
      name: "an item of a list with keys",
      before: { ports: [{ port: 80 }, { port: 81 }] },
      after: { ports: [{ port: 81 }] },
      want: { ports: [{ port: 81 }], live: true },
    },
    {
      name: "a field inside an item",
      before: { ports: [{ port: 80, name: "x" }] },
      after: { ports: [{ port: 80 }] },
      want: { ports: [{ port: 80 }], live: true },
    },
    {
      name: "a whole list",
      before: { text: "a", ports: [{ port: 80 }] },
      after: { text: "a" },
      want: { text: "a", live: true },
    },
    { name: "all of it", before: { text: "a" }, after: {}, want: { live: true } },
  ];

  test.each(removals)("removes $name that is not applied any more", ({ before, after, want }) => {
    const open: SchemaNode = {
      ...schema,
      properties: {
        ...schema.properties,
        spec: {
          ...schema.properties?.["spec"],
          properties: { ...schema.properties?.["spec"]?.properties, live: { type: "boolean" } },
        },
      },
    };
    const first = applied(undefined, "m1", before, { schema: open });
    const live = { ...first, spec: { ...(first["spec"] as JsonObject), live: true } };
    expect(applied(live, "m1", after, { schema: open })["spec"]).toEqual(want);
  });

  test("keeps what another applier still applies, and gives it up with the last one", () => {
    const first = applied(undefined, "m1", { labels: { a: "1", b: "2" } });
    const both = applied(first, "m2", { labels: { b: "2" } });
    const second = applied(both, "m1", {});
    expect(second["spec"]).toEqual({ labels: { b: "2" } });
    expect(applied(second, "m2", {})["spec"]).toBeNull();
  });

  test("keeps what nobody owns inside an item that it gives up in part", () => {
    const first = applied(undefined, "m1", { ports: [{ port: 80, name: "x" }] });
    const defaulted = { ...first, spec: { ports: [{ port: 80, protocol: "TCP", name: "x", note: "n" }] } };
    expect(applied(defaulted, "m1", { ports: [{ port: 80 }] })["spec"]).toEqual({
      ports: [{ port: 80, protocol: "TCP", note: "n" }],
    });
  });

  test("keeps what an updater made its own", () => {
    const first = applied(undefined, "m1", { text: "a", size: 1 });
    const updated = updateManagedFields({
      gvk,
      schema,
      manager: "up",
      now: noon,
      live: first,
      object: { ...first, spec: { text: "a", size: 2 } },
    });
    const second = applied(stored(updated), "m1", { text: "a" });
    expect(second["spec"]).toEqual({ text: "a", size: 2 });
    expect(owners(second)).toEqual({
      "m1 Apply": { "f:spec": { "f:text": {} } },
      "up Update": { "f:spec": { "f:size": {} } },
    });
  });

  describe("conflicts", () => {
    const live = applied(applied(undefined, "m1", { text: "a", labels: { k: "v" } }), "m2", { size: 1 });

    test("tell one field on one line", () => {
      const result = apply(live, "m3", aWidget({ text: "b" }));
      expect(result.kind === "conflict" && result.error.status).toEqual({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'Apply failed with 1 conflict: conflict with "m1": .spec.text',
        reason: "Conflict",
        details: {
          causes: [{ reason: "FieldManagerConflict", message: 'conflict with "m1"', field: ".spec.text" }],
        },
        code: 409,
      });
    });

    test("tell several fields by manager", () => {
      const result = apply(live, "m3", aWidget({ text: "b", labels: { k: "w" }, size: 2 }));
      expect(result.kind === "conflict" && result.error.message).toBe(
        'Apply failed with 3 conflicts: conflicts with "m1":\n- .spec.text\n- .spec.labels.k\nconflicts with "m2":\n- .spec.size',
      );
    });

    test("name the version and the subresource of an update", () => {
      const updated = updateManagedFields({
        gvk,
        schema,
        manager: "ctl",
        subresource: "scale",
        now: noon,
        live,
        object: { ...live, spec: { ...(live["spec"] as JsonObject), size: 5 } },
      });
      const result = apply(stored(updated), "m3", aWidget({ size: 2 }));
      expect(result.kind === "conflict" && result.error.message).toBe(
        'Apply failed with 1 conflict: conflict with "ctl" with subresource "scale" using example.com/v1: .spec.size',
      );
    });

    test("do not arise from the same value", () => {
      expect(apply(live, "m3", aWidget({ text: "a", size: 1 })).kind).toBe("applied");
    });

    test("give way to force, which takes the fields", () => {
      const forced = applied(live, "m3", { text: "b" }, { force: true });
      expect(owners(forced)).toEqual({
        "m1 Apply": { "f:spec": { "f:labels": { "f:k": {} } } },
        "m2 Apply": { "f:spec": { "f:size": {} } },
        "m3 Apply": { "f:spec": { "f:text": {} } },
      });
    });

    test("drop a manager that has nothing left", () => {
      expect(owners(applied(live, "m3", { size: 9 }, { force: true }))).not.toHaveProperty("m2 Apply");
    });
  });

  test("takes an object that nobody was tracked on as managed before the first apply", () => {
    const live = aWidget({ text: "a", labels: { k: "v" } });
    const untracked = stored(live as unknown as KubeObject);
    expect(owners(applied(untracked, "m1", { text: "a" }))).toEqual({
      "before-first-apply Update": {
        "f:spec": { ".": {}, "f:labels": { ".": {}, "f:k": {} }, "f:text": {} },
      },
      "m1 Apply": { "f:spec": { "f:text": {} } },
    });
  });

  test("lets kubectl take fields that it applied from the client's side, and keeps its annotation up to date", () => {
    const lastApplied = `${JSON.stringify(aWidget({ text: "a" }))}\n`;
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": lastApplied };
    const created = updateManagedFields({
      gvk,
      schema,
      manager: "kubectl-client-side-apply",
      now: noon,
      live: undefined,
      object: {
        ...aWidget({ text: "a" }),
        metadata: { name: "w", annotations },
      } as unknown as KubeObject,
    });
    const result = apply(stored(created), "kubectl", aWidget({ text: "b" }));
    expect(result.kind === "applied" && result.object.metadata.annotations).toEqual({
      "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec: { text: "b" } })}\n`,
    });
    expect(apply(stored(created), "other", aWidget({ text: "b" })).kind).toBe("conflict");
  });

  test("owns nothing of what the subresource resets", () => {
    const resetFields = fieldSetOf(["status"]);
    const result = apply(undefined, "m1", aWidget({ text: "a" }, { status: { phase: "x" } }), {
      resetFields,
    });
    expect(result.kind === "applied" && owners(result.object)).toEqual({
      "m1 Apply": { "f:spec": { "f:text": {} } },
    });
  });

  test("follows an applier to another version", () => {
    const live = applied(undefined, "m1", { text: "a" });
    const v2 = { ...gvk, version: "v2" };
    const result = apply(
      { ...live, apiVersion: "example.com/v2" },
      "m1",
      { ...aWidget({ text: "a" }), apiVersion: "example.com/v2" },
      { gvk: v2 },
    );
    const entries = result.kind === "applied" ? (result.object.metadata.managedFields ?? []) : [];
    expect(entries.map(({ manager, apiVersion }) => [manager, apiVersion])).toEqual([
      ["m1", "example.com/v2"],
    ]);
  });

  test("forgets managers of a version that is not served any more", () => {
    const live = applied(undefined, "old", { text: "a" });
    const schemaAt = (): "missing" => "missing";
    const next = applied(
      { ...live, apiVersion: "example.com/v2" },
      "m1",
      { size: 1 },
      {
        gvk: { ...gvk, version: "v2" },
        applied: { ...aWidget({ size: 1 }), apiVersion: "example.com/v2" },
        schemaAt,
      },
    );
    expect(owners(next)).toEqual({ "m1 Apply": { "f:spec": { "f:size": {} } } });
  });

  test("weighs ownership in the version of each manager", () => {
    const rename = (from: string, to: string, object: JsonObject): JsonObject => {
      const { [from]: value, ...spec } = (object["spec"] ?? {}) as JsonObject;
      return { ...object, spec: value === undefined ? spec : { ...spec, [to]: value } };
    };
    const convertTo = (object: JsonObject, apiVersion: string): JsonObject => {
      if (object["apiVersion"] === apiVersion) return object;
      const [from, to] = apiVersion === "example.com/v2" ? ["text", "title"] : ["title", "text"];
      return { ...rename(from ?? "", to ?? "", object), apiVersion };
    };
    const v2Schema: SchemaNode = {
      type: "object",
      properties: { spec: { type: "object", properties: { title: text, size: { type: "integer" } } } },
    };
    const live = applied(undefined, "m1", { text: "a" });
    const request = {
      gvk: { ...gvk, version: "v2" },
      schema: v2Schema,
      schemaAt: () => schema,
      convertTo,
    };
    const liveV2 = convertTo(live as unknown as JsonObject, "example.com/v2") as unknown as KubeObject;
    const title = { ...aWidget({ title: "b" }), apiVersion: "example.com/v2" };
    const taken = apply(liveV2, "m2", title, request);
    expect(taken.kind === "conflict" && taken.error.message).toBe(
      'Apply failed with 1 conflict: conflict with "m1": .spec.text',
    );
    const size = { ...aWidget({ size: 1 }), apiVersion: "example.com/v2" };
    const moved = apply(liveV2, "m1", size, request);
    expect(moved.kind === "applied" && moved.object).toMatchObject({
      apiVersion: "example.com/v2",
      spec: { size: 1 },
    });
    expect(moved.kind === "applied" && moved.object["spec"]).not.toHaveProperty("title");
  });

  test("refuses a field that another manager's version does not know", () => {
    const live = applied(undefined, "m1", { text: "a" });
    const more = {
      gvk: { ...gvk, version: "v2" },
      applied: { ...aWidget({ size: 1 }), apiVersion: "example.com/v2" },
      schemaAt: (): SchemaNode => ({
        type: "object",
        properties: { spec: { type: "object", properties: { text } } },
      }),
    };
    expect(() => applied({ ...live, apiVersion: "example.com/v2" }, "m2", {}, more)).toThrow(
      expect.objectContaining({
        code: 500,
        message: "failed to convert new object: .spec.size: field not declared in schema",
      }),
    );
  });

  test("merges without a schema by what the values tell", () => {
    const first = applied(undefined, "m1", { a: { b: 1 }, l: [1] }, { schema: undefined });
    const both = applied(first, "m2", { a: { c: 2 } }, { schema: undefined });
    expect(both["spec"]).toEqual({ a: { b: 1, c: 2 }, l: [1] });
    expect(owners(first)).toEqual({
      "m1 Apply": { "f:spec": { ".": {}, "f:a": { ".": {}, "f:b": {} }, "f:l": {} } },
    });
  });

  const refusals: ReadonlyArray<{
    readonly name: string;
    readonly object: JsonObject;
    readonly code: number;
    readonly message: string;
  }> = [
    {
      name: "another kind",
      object: { apiVersion: "v1", kind: "Secret", metadata: { name: "w" } },
      code: 400,
      message: "invalid object type: /v1, Kind=Secret",
    },
    { name: "an object without a kind", object: {}, code: 400, message: "invalid object type: /, Kind=" },
    {
      name: "managedFields in the applied object",
      object: { ...aWidget({}), metadata: { name: "w", managedFields: [] } },
      code: 400,
      message: "metadata.managedFields must be nil",
    },
    {
      name: "an unknown field",
      object: aWidget({ bogus: 1 }),
      code: 500,
      message:
        "failed to create typed patch object (/w; example.com/v1, Kind=Widget): .spec.bogus: field not declared in schema",
    },
    {
      name: "a key that stands twice",
      object: aWidget({ ports: [{ port: 80 }, { port: 80 }] }),
      code: 500,
      message:
        'failed to create typed patch object (/w; example.com/v1, Kind=Widget): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    },
    {
      name: "metadata of a wrong type, whatever the kind's schema says of it",
      object: { ...aWidget({}), metadata: { name: "w", labels: { a: 1 } } },
      code: 500,
      message:
        "failed to create typed patch object (/w; example.com/v1, Kind=Widget): .metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}",
    },
  ];

  test.each(refusals)("refuses $name", ({ object, code, message }) => {
    expect(() => apply(undefined, "m1", object)).toThrow(expect.objectContaining({ code, message }));
  });

  test("refuses to apply to an object whose managedFields cannot be read", () => {
    const live = applied(undefined, "m1", { text: "a" });
    const [entry] = live.metadata.managedFields ?? [];
    const { fieldsType: _, ...broken } = entry ?? {};
    const metadata = { ...live.metadata, managedFields: [broken] };
    expect(() => apply({ ...live, metadata }, "m1", aWidget({}))).toThrow(
      "failed to decode managed fields: missing fieldsType in managed fields entry 0",
    );
  });

  const spec = fc.record(
    {
      text: fc.constantFrom("a", "b"),
      size: fc.nat(2),
      labels: fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.constantFrom("1", "2"), {
        minKeys: 1,
      }),
      set: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }),
      list: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
      ports: fc
        .uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 })
        .map((ports) => ports.map((port) => ({ port, name: "n" }))),
      free: fc.constantFrom<JsonValue>({ a: 1 }, { a: { b: [1] } }),
    },
    // Left out are the cases in which structured-merge-diff itself comes to rest at the second apply only: who applies
    // nothing owns nothing, and an empty object or list in place of a full one is pruned at first.
    { requiredKeys: ["text"] },
  ) as fc.Arbitrary<JsonObject>;
  const step = fc.record({ manager: fc.constantFrom("m1", "m2", "m3"), spec });

  test("is idempotent, whatever was applied before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), step, (before, last) => {
        let live: KubeObject | undefined;
        for (const { manager, spec: each } of before) live = applied(live, manager, each, { force: true });
        const once = applied(live, last.manager, last.spec, { force: true });
        const twice = apply(once, last.manager, aWidget(last.spec), { now: later });
        expect(twice).toEqual({ kind: "applied", object: once, changed: false });
      }),
    );
  });

  test("leaves its inputs as they were", () => {
    fc.assert(
      fc.property(step, step, (first, second) => {
        const live = applied(undefined, first.manager, first.spec);
        const before = structuredClone({ live, spec: second.spec });
        applied(live, second.manager, second.spec, { force: true });
        expect({ live, spec: second.spec }).toEqual(before);
      }),
    );
  });
});

describe("keepUnchangedTimes", () => {
  const live = applied(undefined, "m1", { text: "a" });
  const entries =
    live.metadata.managedFields?.map((entry) => ({ ...entry, time: "2026-02-02T00:00:00Z" })) ?? [];

  test("gives the stored object back when only times differ", () => {
    const next = { ...live, metadata: { ...live.metadata, managedFields: entries } };
    expect(keepUnchangedTimes(live, next)).toBe(live);
  });

  test("keeps the next object when anything else differs", () => {
    const next = { ...live, metadata: { ...live.metadata, managedFields: entries }, spec: { text: "b" } };
    expect(keepUnchangedTimes(live, next)).toBe(next);
  });
});

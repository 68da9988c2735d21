import type { JsonObject } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { describe, expect, test } from "vitest";
import { fieldSetOf } from "../fields/field-set.ts";
import type { KubeObject, ManagedFieldsEntry } from "../object.ts";
import { managedFieldsFromScale, managedFieldsOfScale } from "./scale-managed-fields.ts";
import { type ManagedUpdate, updateManagedFields } from "./update-managed-fields.ts";

const text: SchemaNode = { type: "string" };
const gvk = { group: "", version: "v1", kind: "ConfigMap" };
const schema: SchemaNode = {
  type: "object",
  properties: {
    data: { type: "object", additionalProperties: text },
    spec: { type: "object", properties: { replicas: { type: "integer" }, paused: { type: "boolean" } } },
    status: { type: "object", properties: { phase: text } },
  },
};

function at(minute: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 12, minute));
}

function aMap(data: JsonObject | undefined, more: JsonObject = {}): KubeObject {
  const content = data === undefined ? {} : { data };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, ...content, ...more } as KubeObject;
}

function write(
  live: KubeObject | undefined,
  manager: string,
  object: KubeObject,
  more: Partial<ManagedUpdate> = {},
): KubeObject {
  const written = updateManagedFields({ gvk, schema, manager, now: at(0), live, object, ...more });
  return { ...written, metadata: { ...written.metadata, uid: "u1" } };
}

function summary(object: KubeObject): unknown {
  return object.metadata.managedFields?.map((entry) => [
    entry.manager,
    entry.time?.slice(14, 16),
    entry.fieldsV1,
  ]);
}

describe("updateManagedFields", () => {
  test("gives the creator all that it set, the objects on the way included", () => {
    expect(write(undefined, "", aMap({ k: "v" })).metadata.managedFields).toEqual([
      {
        manager: "unknown",
        operation: "Update",
        apiVersion: "v1",
        time: "2026-01-01T12:00:00Z",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:data": { ".": {}, "f:k": {} } },
      },
    ]);
  });

  test("leaves out what the kind holds before anything is set", () => {
    const created = write(undefined, "m", aMap(undefined, { spec: { replicas: 1 }, status: {} }), {
      emptyObject: { spec: {}, status: {} },
    });
    expect(summary(created)).toEqual([["m", "00", { "f:spec": { "f:replicas": {} } }]]);
  });

  test("takes from others what it changes, and from itself what goes", () => {
    const live = write(undefined, "m1", aMap({ a: "1", b: "1", c: "1" }));
    const next = write(live, "m2", { ...live, data: { a: "2", b: "1", d: "1" } }, { now: at(5) });
    expect(summary(next)).toEqual([
      ["m1", "00", { "f:data": { ".": {}, "f:b": {} } }],
      ["m2", "05", { "f:data": { "f:a": {}, "f:d": {} } }],
    ]);
  });

  test("keeps the time of a manager that changes nothing", () => {
    const live = write(undefined, "m1", aMap({ a: "1" }));
    expect(summary(write(live, "m1", live, { now: at(5) }))).toEqual(summary(live));
  });

  test("adds to what the manager had, with the time of the change", () => {
    const live = write(undefined, "m1", aMap({ a: "1" }));
    const next = write(live, "m1", { ...live, data: { a: "1", b: "2" } }, { now: at(5) });
    expect(summary(next)).toEqual([["m1", "05", { "f:data": { ".": {}, "f:a": {}, "f:b": {} } }]]);
  });

  test("drops managers that have nothing left, and the list when none has", () => {
    const live = write(undefined, "m1", aMap({ a: "1" }));
    const { data: _, ...empty } = live;
    expect(write(live, "m2", empty).metadata).not.toHaveProperty("managedFields");
  });

  test("keeps an untracked object untracked", () => {
    const live = { ...aMap({ a: "1" }), metadata: { name: "a", uid: "u1" } };
    expect(write(live, "m1", { ...live, data: { a: "2" } }).metadata).not.toHaveProperty("managedFields");
  });

  test("counts nothing of what the subresource resets", () => {
    const live = write(undefined, "m1", aMap(undefined, { spec: { replicas: 1 } }));
    const next = write(
      live,
      "ctl",
      { ...live, spec: { replicas: 9 }, status: { phase: "x" } },
      { subresource: "status", resetFields: fieldSetOf(["spec"]) },
    );
    expect(
      next.metadata.managedFields?.map(({ manager, subresource, fieldsV1 }) => [
        manager,
        subresource,
        fieldsV1,
      ]),
    ).toEqual([
      ["ctl", "status", { "f:status": { ".": {}, "f:phase": {} } }],
      ["m1", undefined, { "f:spec": { ".": {}, "f:replicas": {} } }],
    ]);
  });

  describe("with managedFields in the request", () => {
    const live = write(undefined, "m1", aMap({ a: "1" }));
    const withEntries = (managedFields: readonly ManagedFieldsEntry[]): KubeObject => ({
      ...live,
      metadata: { ...live.metadata, managedFields },
    });

    test("forgets all managers by an empty list or one empty entry", () => {
      expect(summary(write(live, "m2", withEntries([])))).toBeUndefined();
      expect(summary(write(live, "m2", withEntries([{}])))).toBeUndefined();
    });

    test("takes the request's own entries where they can be read", () => {
      const [entry] = live.metadata.managedFields ?? [];
      const renamed = withEntries([{ ...entry, manager: "renamed" }]);
      expect(summary(write(live, "m2", renamed))).toEqual([["renamed", "00", entry?.fieldsV1]]);
    });

    test("keeps the stored entries where the request's cannot be read", () => {
      expect(summary(write(live, "m2", withEntries([{ manager: "x" }])))).toEqual(summary(live));
    });

    test("never takes them through a subresource", () => {
      expect(summary(write(live, "m2", withEntries([]), { subresource: "status" }))).toEqual(summary(live));
    });
  });

  test("forgets the managers of an object whose types do not fit", () => {
    const live = write(undefined, "m1", aMap({ a: "1" }));
    expect(summary(write(live, "m2", { ...live, data: "x" }))).toBeUndefined();
  });

  test("joins the oldest updates once there are more than ten", () => {
    let live = write(undefined, "m00", aMap({ k0: "1" }));
    for (let index = 1; index <= 12; index += 1) {
      const data = { ...(live["data"] as JsonObject), [`k${index}`]: "1" };
      live = write(live, `m${String(index).padStart(2, "0")}`, { ...live, data }, { now: at(index) });
    }
    expect(live.metadata.managedFields).toHaveLength(10);
    expect(summary(live)).toContainEqual([
      "ancient-changes",
      "03",
      { "f:data": { ".": {}, "f:k0": {}, "f:k1": {}, "f:k2": {}, "f:k3": {} } },
    ]);
  });
});

describe("ownership through a scale", () => {
  const paths = new Map([["apps/v1", ["spec", "replicas"]]]);
  const entries: readonly ManagedFieldsEntry[] = [
    {
      manager: "m1",
      operation: "Apply",
      apiVersion: "apps/v1",
      time: "2026-01-01T12:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:paused": {}, "f:replicas": {} } },
    },
  ];

  test("shows who manages the replicas", () => {
    expect(managedFieldsOfScale(entries, paths)).toEqual([
      { ...entries[0], apiVersion: "autoscaling/v1", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    ]);
  });

  test("moves the replicas to who took them, without a time", () => {
    const hpa: ManagedFieldsEntry = {
      manager: "hpa",
      operation: "Update",
      apiVersion: "autoscaling/v1",
      time: "2026-01-01T13:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
      subresource: "scale",
    };
    const { time: _, ...untimed } = hpa;
    expect(managedFieldsFromScale(entries, [hpa], "apps/v1", paths)).toEqual([
      { ...entries[0], fieldsV1: { "f:spec": { "f:paused": {} } } },
      { ...untimed, apiVersion: "apps/v1" },
    ]);
  });

  test("leaves entries alone that the scale still shows", () => {
    const scale = managedFieldsOfScale(entries, paths);
    expect(managedFieldsFromScale(entries, scale, "apps/v1", paths)).toEqual(entries);
  });
});

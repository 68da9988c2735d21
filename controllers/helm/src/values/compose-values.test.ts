import type { HelmRelease } from "@weir/api";
import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { composeValues } from "./compose-values.ts";
import { valuesDigest } from "./values-digest.ts";

type Spec = Partial<HelmRelease["spec"]>;

const objects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "ConfigMap/a": {
    "values.yaml": "msg: a\nmap: {x: 1, z: 2}\n",
    list: "- 1\n",
    path: "p=1,x",
    quoted: `'12'`,
    number: "12",
  },
  "Secret/b": { "values.yaml": Buffer.from("map: {x: b}\n").toString("base64") },
};

const compose = (spec: Spec): Promise<unknown> =>
  composeValues(
    { metadata: { name: "app", namespace: "apps" }, spec: { interval: "10m", ...spec } } as HelmRelease,
    ({ kind }, { name }) => {
      const data = objects[`${kind}/${name}`];
      return Promise.resolve(
        data && ({ apiVersion: "v1", kind, metadata: { name }, data } as unknown as KubeObject),
      );
    },
  );

describe("composeValues", () => {
  test.each<{ readonly name: string; readonly spec: Spec; readonly want: unknown }>([
    { name: "are empty where nothing is said", spec: {}, want: {} },
    {
      name: "merge references in their order, and the spec over all",
      spec: {
        valuesFrom: [
          { kind: "ConfigMap", name: "a" },
          { kind: "Secret", name: "b" },
        ],
        values: { map: { z: 3 } },
      },
      want: { msg: "a", map: { x: "b", z: 3 } },
    },
    {
      name: "leave out what is optional and missing",
      spec: {
        valuesFrom: [
          { kind: "Secret", name: "none", optional: true },
          { kind: "ConfigMap", name: "a", valuesKey: "none", optional: true },
        ],
      },
      want: {},
    },
    {
      name: "take a single value as --set does",
      spec: { valuesFrom: [{ kind: "ConfigMap", name: "a", valuesKey: "number", targetPath: "a.b[0]" }] },
      want: { a: { b: [12n] } },
    },
    {
      name: "take a quoted value as a string",
      spec: { valuesFrom: [{ kind: "ConfigMap", name: "a", valuesKey: "quoted", targetPath: "a" }] },
      want: { a: "12" },
    },
    {
      name: "take a literal as it is",
      spec: {
        valuesFrom: [{ kind: "ConfigMap", name: "a", valuesKey: "path", targetPath: "a", literal: true }],
      },
      want: { a: "p=1,x" },
    },
  ])("values $name", async ({ spec, want }) => {
    expect(await compose(spec)).toEqual(want);
  });

  test.each<{ readonly name: string; readonly spec: Spec; readonly want: string }>([
    {
      name: "a missing object",
      spec: { valuesFrom: [{ kind: "ConfigMap", name: "none" }] },
      want: `could not resolve ConfigMap chart values reference 'apps/none' with key 'values.yaml': configmaps "none" not found`,
    },
    {
      name: "a missing key",
      spec: { valuesFrom: [{ kind: "ConfigMap", name: "a", valuesKey: "none" }] },
      want: "could not resolve ConfigMap chart values reference 'apps/a' with key 'none': key not found",
    },
    {
      name: "a value that is no map",
      spec: { valuesFrom: [{ kind: "ConfigMap", name: "a", valuesKey: "list" }] },
      want: "could not resolve ConfigMap chart values reference 'apps/a' with key 'list': error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type common.Values",
    },
    {
      name: "a value that --set cannot take",
      spec: { valuesFrom: [{ kind: "ConfigMap", name: "a", valuesKey: "path", targetPath: "a" }] },
      want: `could not resolve ConfigMap chart values reference 'apps/a' with key 'path': key "x" has no value`,
    },
  ])("name $name", async ({ spec, want }) => {
    await expect(compose(spec)).rejects.toThrow(want);
  });

  test("have Flux's digest", () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(valuesDigest({})).toBe(`sha256:${empty}`);
    expect(valuesDigest({ nested: { b: "plain", a: "secret" }, msg: "from-cm", list: ["inline"] })).toBe(
      "sha256:ca7d01aa342398084318102fc121b43867a6b362c236f16be3c843b1cc0a7e38",
    );
  });
});

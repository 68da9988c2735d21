import { describe, expect, test } from "vitest";
import {
  builtinSchema,
  decodeObject,
  decodeProtobuf,
  defaultObject,
  findKind,
  findResource,
  goStruct,
  isProtobuf,
  normalizeQuantity,
} from "../src/index.ts";

describe("the kinds", () => {
  test("are found by kind and by plural", () => {
    const deployment = { group: "apps", version: "v1", kind: "Deployment" };
    expect(findKind(deployment)).toMatchObject({ plural: "deployments", namespaced: true });
    expect(findResource("", "v1", "namespaces")).toMatchObject({ kind: "Namespace", namespaced: false });
    expect(findKind({ ...deployment, kind: "Deploymint" })).toBeUndefined();
  });

  test("have schemas that say how lists merge", () => {
    const schema = builtinSchema({ group: "", version: "v1", kind: "Pod" });
    const containers = schema?.properties?.["spec"]?.properties?.["containers"];
    expect(containers?.["x-kubernetes-list-map-keys"]).toEqual(["name"]);
  });
});

describe("decoding", () => {
  function decode(definition: string, body: Record<string, never> | object): ReturnType<typeof decodeObject> {
    const struct = goStruct(definition);
    if (struct === undefined) throw new Error(`no struct ${definition}`);
    return decodeObject(struct, body as Parameters<typeof decodeObject>[1]);
  }

  test("drops what Go does not know, and says so", () => {
    const { value, unknownFields } = decode("core.v1.ConfigMap", { data: { a: "b" }, bogus: 1 });
    expect(value["data"]).toEqual({ a: "b" });
    expect(value["bogus"]).toBeUndefined();
    expect(unknownFields).toEqual(["bogus"]);
  });

  test("refuses other types in Go's words", () => {
    expect(() => decode("apps.v1.Deployment", { spec: { replicas: "3" } })).toThrow(
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    );
  });
});

describe("defaults", () => {
  test("are those of the API server", () => {
    const container = { name: "c", image: "nginx" };
    const spec = { template: { spec: { containers: [container] } } };
    const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec };
    const { spec: defaulted } = defaultObject("apps.v1.Deployment", object) as {
      spec: { replicas: number; strategy: object; template: { spec: { containers: readonly object[] } } };
    };
    expect(defaulted.replicas).toBe(1);
    expect(defaulted.strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
    });
    expect(defaulted.template.spec.containers[0]).toMatchObject({ imagePullPolicy: "Always" });
  });
});

describe("quantities", () => {
  test.each([
    ["1000m", "1"],
    ["0.5", "500m"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["100000000", "100M"],
    ["1000Ki", "1000Ki"],
    ["1E3", "1E3"],
    ["+5", "+5"],
    ["123456789012345678901", "123456789012345678901"],
  ])("%s is written %s", (given, written) => {
    expect(normalizeQuantity(given)).toBe(written);
  });

  test("that are none are refused", () => {
    expect(() => normalizeQuantity("1 Gi")).toThrow("quantities must match the regular expression");
  });
});

describe("protobuf", () => {
  test("is read by the kind that its envelope names", () => {
    const text = (field: number, value: string | Buffer): Buffer => {
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([field * 8 + 2, bytes.length]), bytes]);
    };
    const type = Buffer.concat([text(1, "v1"), text(2, "ConfigMap")]);
    const entry = Buffer.concat([text(1, "k"), text(2, "v")]);
    const object = Buffer.concat([text(1, text(1, "a")), text(2, entry)]);
    const bytes = Buffer.concat([Buffer.from("k8s\0", "latin1"), text(1, type), text(2, object)]);
    expect(isProtobuf(bytes)).toBe(true);
    expect(decodeProtobuf(bytes)).toMatchObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data: { k: "v" },
    });
  });

  test("that ends too early is refused", () => {
    expect(() => decodeProtobuf(Buffer.from("k8s\0\x0a\x05ab", "latin1"))).toThrow();
  });
});

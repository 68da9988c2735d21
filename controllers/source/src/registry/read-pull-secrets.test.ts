import { describe, expect, test } from "vitest";
import { dockerAuthsOf } from "./read-pull-secrets.ts";

const auths = { "registry.example.com": { username: "u", password: "p" } };
const read = [{ key: "registry.example.com", credentials: { kind: "basic", username: "u", password: "p" } }];

describe("dockerAuthsOf", () => {
  test.each([
    {
      name: "a configuration",
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": JSON.stringify({ auths }) },
      want: read,
    },
    {
      name: "a configuration of the older form",
      type: "kubernetes.io/dockercfg",
      data: { ".dockercfg": JSON.stringify(auths) },
      want: read,
    },
    {
      name: "nothing of a Secret of another type",
      type: "Opaque",
      data: { ".dockerconfigjson": JSON.stringify({ auths }) },
      want: [],
    },
    {
      name: "nothing where the key is missing",
      type: "kubernetes.io/dockerconfigjson",
      data: { config: "{}" },
      want: [],
    },
  ])("reads $name", ({ type, data, want }) => {
    const entries = Object.entries(data).map(([key, text]) => [key, Buffer.from(text ?? "")] as const);
    expect(dockerAuthsOf([{ type, data: new Map(entries) }])).toEqual(want);
  });

  test("keeps the order of several", () => {
    const secret = (username: string) => ({
      type: "kubernetes.io/dockercfg",
      data: new Map([[".dockercfg", Buffer.from(JSON.stringify({ r: { username, password: "p" } }))]]),
    });
    const names = dockerAuthsOf([secret("a"), secret("b")]).map(({ credentials }) => credentials);
    expect(names).toMatchObject([{ username: "a" }, { username: "b" }]);
  });
});

import { describeError } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { GroupVersionKind } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { buildObjects } from "./build-objects.ts";

function clientOf(asked: string[] = []): KubeClient {
  const resolve = async ({ group, version, kind }: GroupVersionKind): Promise<unknown> => {
    asked.push(kind);
    if (kind === "Nope") return undefined;
    const scope = kind === "ClusterRole" ? "Cluster" : "Namespaced";
    return { group, version, kind, plural: `${kind.toLowerCase()}s`, scope, verbs: [], subresources: [] };
  };
  return { resolve } as unknown as KubeClient;
}

async function namesOf(text: string): Promise<readonly string[]> {
  const built = await buildObjects(clientOf(), text, "apps");
  return built.map(
    ({ object }) => `${object.kind} ${object.metadata.namespace ?? "-"}/${object.metadata.name ?? ""}`,
  );
}

describe("buildObjects", () => {
  const cases = [
    {
      name: "fills in the namespace of kinds that have one",
      text: "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: other}\n",
      want: ["Pod apps/a", "Pod other/b"],
    },
    {
      name: "gives none to kinds of the cluster",
      text: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n",
      want: ["ClusterRole -/a"],
    },
    {
      name: "unpacks lists",
      text: "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- {apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]}\n",
      want: ["Pod apps/a", "Pod apps/b"],
    },
    { name: "skips documents of comments alone", text: "# nothing\n---\n\n---\n# Source: a\n", want: [] },
  ];
  test.each(cases)("$name", async ({ text, want }) => {
    expect(await namesOf(text)).toEqual(want);
  });

  const problems = [
    {
      name: "no kind",
      text: "apiVersion: v1\nmetadata: {name: a}\n",
      want: `unable to decode "": Object 'Kind' is missing in '{"apiVersion":"v1","metadata":{"name":"a"}}'`,
    },
    {
      name: "no version, and keeps what a Secret holds to itself",
      text: "kind: Secret\nstringData: {password: canary}\n",
      want: `unable to decode "": Object 'apiVersion' is missing in '{"kind":"Secret","stringData":"***"}'`,
    },
    {
      name: "a kind that is not served",
      text: "apiVersion: example.com/v1\nkind: Nope\nmetadata: {name: a}\n",
      want: `resource mapping not found for name: "a" namespace: "" from "": no matches for kind "Nope" in version "example.com/v1"\nensure CRDs are installed first`,
    },
    {
      name: "several problems in brackets",
      text: "kind: A\n---\nkind: B\n",
      want: `[unable to decode "": Object 'apiVersion' is missing in '{"kind":"A"}', unable to decode "": Object 'apiVersion' is missing in '{"kind":"B"}']`,
    },
  ];
  test.each(problems)("tells of $name", async ({ text, want }) => {
    const failure: unknown = await namesOf(text).catch((error: unknown) => error);
    expect(describeError(failure)).toBe(want);
  });

  test("asks once for a kind, however often it comes", async () => {
    const asked: string[] = [];
    const text = Array.from(
      { length: 100 },
      (_, at) => `apiVersion: v1\nkind: Nope\nmetadata: {name: a${at}}\n`,
    );
    await buildObjects(clientOf(asked), text.join("---\n"), "apps").catch(() => undefined);
    expect(asked).toEqual(["Nope"]);
  });
});

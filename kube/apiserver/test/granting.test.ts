import { describe, expect, test } from "vitest";
import { createApiServer, createMemoryStorage } from "../src/index.ts";

type Json = Readonly<Record<string, unknown>>;
type Send = (method: string, path: string, body: Json, user?: string) => Promise<readonly [number, string]>;

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ROLES = `${RBAC}/namespaces/default/roles`;
const BINDINGS = `${RBAC}/namespaces/default/rolebindings`;

/** A server on which `author` writes roles and bindings, but holds nothing else. */
async function withAuthor(ask: (send: Send) => Promise<void>): Promise<void> {
  await using storage = createMemoryStorage();
  await using server = await createApiServer({ storage, auth: { authorization: "RBAC" } });
  const send: Send = async (method, path, body, user) => {
    const headers = {
      "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      ...(user === undefined ? {} : { "impersonate-user": user }),
    };
    const init = { method, headers, body: JSON.stringify(body) };
    const answer = await server.fetch(new Request(`http://weir${path}`, init));
    const { message = "" } = (await answer.json()) as { readonly message?: string };
    return [answer.status, message];
  };
  const rules = [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"], verbs: ["create", "patch"] }];
  await send("POST", `${RBAC}/clusterroles`, { metadata: { name: "author" }, rules });
  await send("POST", `${RBAC}/clusterrolebindings`, {
    metadata: { name: "author" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "author" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "author" }],
  });
  await ask(send);
}

function bindingTo(kind: string, name: string): Json {
  return {
    metadata: { name: "a" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    subjects: [{ kind: "Pod" }],
  };
}

describe("who grants what they do not hold", () => {
  test.each([
    ["Pod", "x", 500, 'unsupported role reference kind: "Pod"'],
    ["Role", "", 400, "Name parameter required."],
    ["ClusterRole", "x", 404, 'rolebindings.rbac.authorization.k8s.io "x" not found'],
  ])("hears of a binding to a %s %j before its subjects are checked", async (kind, name, status, message) => {
    await withAuthor(async (send) => {
      expect(await send("POST", BINDINGS, bindingTo(kind, name), "author")).toEqual([status, message]);
    });
  });

  test("may let the garbage collector have a role, and change nothing else of it", async () => {
    await withAuthor(async (send) => {
      const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }];
      await send("POST", ROLES, { metadata: { name: "reader", finalizers: ["a.b/c"] }, rules });
      const labelled = { metadata: { labels: { a: "b" } } };
      expect(await send("PATCH", `${ROLES}/reader`, labelled, "author")).toEqual([
        403,
        expect.stringContaining("attempting to grant RBAC permissions not currently held"),
      ]);
      const released = { metadata: { finalizers: null } };
      expect(await send("PATCH", `${ROLES}/reader`, released, "author")).toEqual([200, ""]);
    });
  });
});

import { expect, test } from "vitest";
import { createApiServer } from "../server.ts";
import { createMemoryStorage } from "../storage/memory-storage.ts";

/** Where clients send what lies under the keys that begin so. */
const PATHS = [
  ["/core/namespaces/", "/api/v1/namespaces"],
  ["/rbac.authorization.k8s.io/clusterroles/", "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
  [
    "/rbac.authorization.k8s.io/clusterrolebindings/",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  ],
] as const;

interface Stored {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
}

test("what a cluster has from the start is stored as if a client had sent it", async () => {
  await using storage = createMemoryStorage();
  await using server = await createApiServer({ storage });
  let compared = 0;
  for (const [prefix, path] of PATHS) {
    for (const { key, value } of (await storage.range(prefix)).entries) {
      const stored = JSON.parse(Buffer.from(value).toString()) as Stored;
      const { uid: _uid, creationTimestamp: _time, managedFields: _fields, ...metadata } = stored.metadata;
      const name = `sent-${metadata.name}`;
      // The rest of a Namespace is written by the server.
      const sent =
        prefix === "/core/namespaces/"
          ? { metadata: { name } }
          : { ...stored, metadata: { ...metadata, name } };
      const answer = await server.fetch(
        new Request(`http://weir${path}?fieldManager=kube-apiserver`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(sent),
        }),
      );
      expect(answer.status, await answer.text()).toBe(201);
      const other = await storage.get(key.replace(/[^/]+$/, "sent-$&"));
      expect(masked(JSON.parse(Buffer.from(other?.value ?? []).toString()))).toEqual(masked(stored));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(10);
});

/** Without what differs between any two objects. */
function masked(object: unknown): unknown {
  const text = JSON.stringify(object)
    .replaceAll(/"(uid|time|creationTimestamp)":"[^"]*"/g, '"$1":"?"')
    .replaceAll("sent-", "");
  return JSON.parse(text);
}

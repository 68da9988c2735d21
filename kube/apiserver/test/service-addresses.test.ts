import { describe, expect, test } from "vitest";
import { createApiServer, createMemoryStorage } from "../src/index.ts";

const path = "http://localhost/api/v1/namespaces/default/services";

function aService(port: number, clusterIP?: string): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { ports: [{ port }], ...(clusterIP === undefined ? {} : { clusterIP }) },
  };
}

describe("the addresses of Services", () => {
  test("are not taken by dry runs, whether they are refused or not", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const apply = async (
      service: object,
      query = "",
    ): Promise<{ readonly code: number; readonly address: string | undefined }> => {
      const response = await server.fetch(
        new Request(`${path}/web?fieldManager=test&force=true${query}`, {
          method: "PATCH",
          headers: { "content-type": "application/apply-patch+yaml" },
          body: JSON.stringify(service),
        }),
      );
      const { spec } = (await response.json()) as { readonly spec?: { readonly clusterIP?: string } };
      return { code: response.status, address: spec?.clusterIP };
    };
    const created = await apply(aService(80));
    expect(created.code).toBe(201);
    const { address } = created;
    const dryRun = "&dryRun=All";
    expect(await apply(aService(99_999), dryRun)).toEqual({ code: 422, address: undefined });
    expect(await apply(aService(81), dryRun)).toEqual({ code: 200, address });
    expect(await apply(aService(82), dryRun)).toEqual({ code: 200, address });
    expect(await apply(aService(83))).toEqual({ code: 200, address });
  });
});

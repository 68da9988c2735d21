import { describe, expect, test } from "vitest";
import { type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";

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

  type Answer = {
    readonly code: number;
    readonly message?: string;
    readonly address?: string;
  };

  async function create(server: ApiServer, name: string, spec: object = {}): Promise<Answer> {
    const body = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { ports: [{ port: 80 }], ...spec },
    };
    const response = await server.fetch(
      new Request(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
    const answer = (await response.json()) as {
      readonly message?: string;
      readonly spec?: { readonly clusterIP: string };
    };
    if (answer.spec === undefined) return { code: response.status, message: answer.message ?? "" };
    return { code: response.status, address: answer.spec.clusterIP };
  }

  test("come from the range that the server is given, and the API has its first one", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage, serviceRange: "172.20.0.0/16" });
    const api = await (await server.fetch(new Request(`${path}/kubernetes`))).json();
    expect(api).toMatchObject({ spec: { clusterIP: "172.20.0.1" } });
    for (const name of ["a", "b", "c"]) {
      expect((await create(server, name)).address).toMatch(/^172\.20\./);
    }
    expect(await create(server, "wanted", { clusterIP: "172.20.255.254" })).toEqual({
      code: 201,
      address: "172.20.255.254",
    });
    for (const clusterIP of ["172.20.255.255", "172.20.0.0", "10.0.0.7"]) {
      expect((await create(server, "outside", { clusterIP })).message).toContain(
        `failed to allocate IP ${clusterIP}: the provided network does not match the current range`,
      );
    }
  });

  test("run out with kube-apiserver's words, and come back with a deleted Service", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage, serviceRange: "10.9.0.0/29" });
    const taken = new Set<string | undefined>();
    for (let index = 0; index < 5; index += 1) taken.add((await create(server, `web-${index}`)).address);
    expect(taken).toEqual(new Set([2, 3, 4, 5, 6].map((host) => `10.9.0.${host}`)));
    const full = {
      code: 500,
      message: 'Internal error occurred: failed to allocate a serviceIP for Service "web": range is full',
    };
    expect(await create(server, "web")).toEqual(full);
    await server.fetch(new Request(`${path}/web-3`, { method: "DELETE" }));
    expect((await create(server, "web")).code).toBe(201);
  });

  test("are asked for in the lower part of a range only, while the upper lasts", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    for (let index = 0; index < 40; index += 1) {
      const { address = "" } = await create(server, `web-${index}`);
      expect(Number(address.split(".")[3])).toBeGreaterThanOrEqual(17);
    }
  });

  test("are not used up by creates that are refused", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage, serviceRange: "10.9.0.0/29" });
    const { address } = await create(server, "web");
    for (let index = 0; index < 20; index += 1) {
      expect((await create(server, "web")).code).toBe(409);
      const refused = { type: "NodePort", ports: [{ port: 80, nodePort: 1 }] };
      expect((await create(server, `bad-${index}`, refused)).code).toBe(422);
    }
    const others = ["a", "b", "c", "d"].map((name) => create(server, name));
    const all = (await Promise.all(others)).map((other) => other.address);
    expect(new Set([address, ...all]).size).toBe(5);
  });

  async function patch(server: ApiServer, name: string, spec: object, query = ""): Promise<Answer> {
    const response = await server.fetch(
      new Request(`${path}/${name}${query}`, {
        method: "PATCH",
        headers: { "content-type": "application/merge-patch+json" },
        body: JSON.stringify({ spec }),
      }),
    );
    const answer = (await response.json()) as {
      readonly message?: string;
      readonly spec?: { readonly clusterIP?: string };
    };
    const { spec: given, message } = answer;
    const address = given?.clusterIP;
    return {
      code: response.status,
      ...(given === undefined && message !== undefined ? { message } : {}),
      ...(address === undefined ? {} : { address }),
    };
  }

  test("are free again once a Service needs none, and given anew when it needs one", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const clusterIP = "10.0.0.200";
    await create(server, "web", { clusterIP });
    const outward = { type: "ExternalName", externalName: "a.example.com" };
    expect(await patch(server, "web", outward, "?dryRun=All")).toEqual({ code: 200 });
    expect((await create(server, "other", { clusterIP })).code).toBe(422);
    expect(await patch(server, "web", outward)).toEqual({ code: 200 });
    expect((await create(server, "other", { clusterIP })).code).toBe(201);
    const back = await patch(server, "web", { type: "ClusterIP" });
    expect(back.address).toMatch(/^10\.0\.0\.\d+$/);
    expect(back.address).not.toBe(clusterIP);
  });

  test("are asked for before anything else of a Service is looked at", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const wrong = { type: "nope", ports: [{ port: 0 }] };
    expect(await create(server, "Web", { ...wrong, clusterIP: "x" })).toEqual({
      code: 422,
      message:
        'Service "Web" is invalid: spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    });
    expect((await create(server, "a/b", wrong)).message).toMatch(
      /failed to allocate IP: IPAddress\.networking\.k8s\.io "10\.0\.0\.\d+" is invalid: spec\.parentRef\.name: Invalid value: "a\/b": may not contain '\/'$/,
    );
  });

  test("of a dry run are made up as upstream makes them up", async () => {
    await using storage = createMemoryStorage();
    await using server = await createApiServer({ storage });
    const body = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: {
        type: "NodePort",
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 81 },
        ],
      },
    };
    const response = await server.fetch(
      new Request(`${path}?dryRun=All`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
    expect(await response.json()).toMatchObject({
      spec: { clusterIP: "10.0.0.0", ports: [{ nodePort: 32_769 }, { nodePort: 32_770 }] },
    });
  });

  test("stay with a Service when the server is given another range", async () => {
    await using storage = createMemoryStorage();
    {
      await using server = await createApiServer({ storage });
      expect((await create(server, "web", { clusterIP: "10.0.0.200" })).code).toBe(201);
    }
    await using server = await createApiServer({ storage, serviceRange: "10.0.0.0/25" });
    const response = await server.fetch(
      new Request(`${path}/web`, {
        method: "PATCH",
        headers: { "content-type": "application/merge-patch+json" },
        body: JSON.stringify({ metadata: { labels: { a: "b" } } }),
      }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ spec: { clusterIP: "10.0.0.200" } });
  });

  test("need a range that is one", async () => {
    await using storage = createMemoryStorage();
    await expect(createApiServer({ storage, serviceRange: "10.0.0.0" })).rejects.toThrow(
      'service range "10.0.0.0": it must be an IPv4 network such as 10.0.0.0/16',
    );
  });
});

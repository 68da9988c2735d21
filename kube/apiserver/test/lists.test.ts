import { decodeProtobuf } from "@weir/builtin";
import { loadYaml } from "@weir/yaml";
import { describe, expect, test } from "vitest";
import { type ApiResponse, type ApiServer, createApiServer, createMemoryStorage } from "../src/index.ts";
import { aRequest } from "./a-request.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const MANY = 600;
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/** Runs a test on a server with many ConfigMaps of about 1 KB. */
async function withMany(run: (server: ApiServer) => Promise<void>, count = MANY): Promise<void> {
  await using storage = createMemoryStorage();
  await using server = await createApiServer({ storage });
  for (let index = 0; index < count; index++) {
    const name = `m-${String(index).padStart(5, "0")}`;
    const body = JSON.stringify({ metadata: { name }, data: { text: `ä\n${"x".repeat(1000)}` } });
    await server.handle(aRequest({ method: "POST", path: MAPS, body }), { isTrusted: true });
  }
  await run(server);
}

async function list(server: ApiServer, accept: string, path = MAPS): Promise<ApiResponse> {
  return server.handle(aRequest({ path, headers: { accept } }), { isTrusted: true });
}

async function piecesOf({ body, bytes }: ApiResponse): Promise<readonly Buffer[]> {
  if (typeof body === "string") return [Buffer.from(bytes ?? body)];
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return pieces;
}

async function textOf(answer: ApiResponse): Promise<string> {
  return Buffer.concat(await piecesOf(answer)).toString("utf8");
}

describe("a long list", () => {
  const forms: ReadonlyArray<{ readonly name: string; readonly accept: string; readonly path?: string }> = [
    { name: "JSON", accept: "application/json" },
    { name: "JSON for people", accept: "application/json", path: `${MAPS}?pretty=true` },
    { name: "YAML", accept: "application/yaml" },
    { name: "protobuf", accept: "application/vnd.kubernetes.protobuf" },
    { name: "a Table", accept: TABLE },
    { name: "a Table with objects", accept: TABLE, path: `${MAPS}?includeObject=Object` },
    { name: "metadata", accept: METADATA },
  ];

  test.each(forms)("is sent in pieces as $name", ({ accept, path }) =>
    withMany(async (server) => {
      const answer = await list(server, accept, path);
      expect(answer.status).toBe(200);
      const pieces = await piecesOf(answer);
      expect(pieces.length).toBeGreaterThan(1);
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(128 * 1024);
    }),
  );

  test("is the same in all forms", () =>
    withMany(async (server) => {
      const json = JSON.parse(await textOf(await list(server, "application/json"))) as {
        readonly items: readonly { readonly metadata: { readonly name: string } }[];
      };
      expect(json.items.length).toBe(MANY);
      expect(json.items[7]).toMatchObject({
        metadata: { name: "m-00007" },
        data: { text: expect.stringMatching(/^ä\nx+$/) },
      });
      const pretty = await textOf(await list(server, "application/json", `${MAPS}?pretty=1`));
      expect(pretty).toBe(JSON.stringify(json, null, 2));
      expect(loadYaml(Buffer.from(await textOf(await list(server, "application/yaml"))))).toEqual(json);
      const protobuf = await piecesOf(await list(server, "application/vnd.kubernetes.protobuf"));
      expect(decodeProtobuf(Buffer.concat(protobuf))).toEqual(json);
      const table = JSON.parse(await textOf(await list(server, TABLE))) as {
        readonly rows: readonly { readonly cells: readonly unknown[] }[];
      };
      expect(table.rows.map(({ cells }) => cells[0])).toEqual(
        json.items.map(({ metadata }) => metadata.name),
      );
    }));

  test("is let go of when its reader stops", () =>
    withMany(async (server) => {
      const { body } = await list(server, "application/json");
      const pieces = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      await pieces.next();
      expect(await pieces.return?.()).toEqual({ done: true, value: undefined });
      expect((await pieces.next()).done).toBe(true);
    }));

  test("of what cannot be shown is refused before its first byte", () =>
    withMany(async (server) => {
      const refused = await list(server, TABLE, `${MAPS}?includeObject=All`);
      expect(refused.status).toBe(400);
    }, 1));
});

describe("a short list", () => {
  test("is sent whole", () =>
    withMany(async (server) => {
      const answer = await list(server, "application/json");
      expect(answer.body).toBe("");
      expect(JSON.parse(await textOf(answer)).items.length).toBe(3);
    }, 3));

  test("without items is the same in all forms", () =>
    withMany(async (server) => {
      const json = await textOf(await list(server, "application/json"));
      expect(json).toMatch(/"items":\[\]\}$/);
      expect(await textOf(await list(server, "application/json", `${MAPS}?pretty=1`))).toBe(
        JSON.stringify(JSON.parse(json), null, 2),
      );
      expect(await textOf(await list(server, "application/yaml"))).toContain("\nitems: []\n");
      expect(JSON.parse(await textOf(await list(server, METADATA))).items).toBeNull();
    }, 0));
});

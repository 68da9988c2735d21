import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rememberPorts } from "./remembered-ports.ts";

/** Serves at any port but those that are taken; a free one is 4000. */
const servingBut =
  (...taken: readonly number[]) =>
  async (port: number): Promise<{ readonly port: number }> => {
    if (taken.includes(port)) throw new RangeError("taken");
    return { port: port === 0 ? 4000 : port };
  };
const portOf = (server: { readonly port: number }): number => server.port;

describe("remembered ports", () => {
  test("are those of the last start", async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-ports-"));
    await (await rememberPorts(folder)).serve("git", async () => ({ port: 4711 }), portOf);
    const again = await (await rememberPorts(folder)).serve("git", servingBut(), portOf);
    expect(again.port).toBe(4711);
  });

  test("give way to a free one where another program has them now", async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-ports-"));
    await (await rememberPorts(folder)).serve("api", async () => ({ port: 4711 }), portOf);
    const again = await (await rememberPorts(folder)).serve("api", servingBut(4711), portOf);
    expect(again.port).toBe(4000);
  });

  test("are forgotten where the file is damaged", async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-ports-"));
    await writeFile(join(folder, "ports.json"), '{"api": "x", "git": -1');
    expect(await (await rememberPorts(folder)).serve("api", servingBut(), portOf)).toEqual({ port: 4000 });
  });
});

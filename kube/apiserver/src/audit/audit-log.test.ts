import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@weir/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openAuditLog } from "./audit-log.ts";

class Told implements Logger {
  readonly said: (readonly [string, unknown])[] = [];
  readonly debug = (): void => {};
  readonly info = (): void => {};
  readonly warn = (message: string, fields?: unknown): void => void this.said.push([message, fields]);
  readonly error = (message: string, fields?: unknown): void => void this.said.push([message, fields]);
  readonly with = (): Logger => this;
}

describe("an audit log in a file", () => {
  let folder = "";
  let path = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-audit-"));
    path = join(folder, "logs/audit.log");
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("holds every line in order, and goes on where it ended", async () => {
    {
      await using log = await openAuditLog({ path });
      for (let index = 0; index < 1000; index += 1) expect(log.write(`{"a":${index}}\n`)).toBe(true);
    }
    {
      await using log = await openAuditLog({ path });
      log.write('{"a":"é"}\n');
      await log.flush();
      expect((await readFile(path, "utf8")).endsWith('{"a":"é"}\n')).toBe(true);
    }
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(1001);
    expect(lines[999]).toBe('{"a":999}');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("drops what its buffer has no room for, counts it and says so", async () => {
    const logger = new Told();
    {
      await using log = await openAuditLog({ path, bufferBytes: 100, logger });
      const taken = Array.from({ length: 20 }, () => log.write(`${"x".repeat(9)}\n`));
      expect(taken.filter(Boolean)).toHaveLength(10);
      expect(log.dropped).toBe(10);
      await log.flush();
      expect(log.write("again\n")).toBe(true);
    }
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(12);
    expect(logger.said).toEqual([
      ["audit events were dropped, as the disk is too slow", { path, dropped: 1 }],
      ["audit events were dropped, as the disk is too slow", { path, dropped: 10 }],
    ]);
  });

  test("puts a full file aside, keeps as many as it may, and leaves others alone", async () => {
    const line = `${"x".repeat(99)}\n`;
    {
      await using log = await openAuditLog({ path, maxBytes: 250, maxBackups: 2 });
      for (let index = 0; index < 10; index += 1) {
        log.write(line);
        await log.flush();
      }
    }
    const names = (await readdir(join(folder, "logs"))).sort();
    expect(names).toHaveLength(3);
    expect(names.at(-1)).toBe("audit.log");
    for (const name of names) {
      expect(name).toMatch(/^audit(-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})?\.log$/);
      expect((await stat(join(folder, "logs", name))).size).toBe(200);
    }
  });

  test("keeps what waits while the disk refuses, and writes it when it can", async () => {
    const logger = new Told();
    const opened = await openAuditLog({ path, maxBytes: 10, logger });
    opened.write("0123456789\n");
    await opened.flush();
    // A folder that is gone cannot be rotated in.
    await rm(join(folder, "logs"), { recursive: true });
    opened.write("0123456789\n");
    await opened[Symbol.asyncDispose]();
    expect(logger.said[0]?.[0]).toBe("cannot write the audit log");
  });

  test("refuses a path that it cannot open", async () => {
    await expect(openAuditLog({ path: folder })).rejects.toMatchObject({
      name: "AuditLogError",
      path: folder,
    });
  });
});

import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openClusterKeys } from "./cluster-keys.ts";

const DAY_MS = 24 * 3_600_000;
const START_MS = Date.parse("2026-01-01T00:00:00Z");
const NAMES = { dns: ["localhost"], ips: ["127.0.0.1"] };

describe("keys in a folder", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-keys-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (nowMs = START_MS) => openClusterKeys(join(folder, "keys"), { commonName: "weir-ca", nowMs });

  test("are the same when they are opened again", async () => {
    const first = await open();
    const shown = await first.identity(NAMES);
    const second = await open(START_MS + 100 * DAY_MS);
    expect(second.token).toBe(first.token);
    expect(second.authority.certificate).toBe(first.authority.certificate);
    expect(await second.identity(NAMES)).toEqual(shown);
  });

  test("can be read by their owner only, and leave nothing else behind", async () => {
    await (await open()).identity(NAMES);
    const names = await readdir(join(folder, "keys"));
    expect(names.sort()).toEqual(["admin-token", "authority.pem", "server.pem"]);
    for (const name of names) expect((await stat(join(folder, "keys", name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "keys"))).mode & 0o777).toBe(0o700);
  });

  const renewals = [
    {
      name: "another name",
      at: START_MS,
      names: { dns: ["localhost", "weir.example.com"], ips: ["127.0.0.1"] },
    },
    { name: "another address", at: START_MS, names: { dns: ["localhost"], ips: ["127.0.0.1", "10.1.2.3"] } },
    { name: "the last third of its time", at: START_MS + 250 * DAY_MS, names: NAMES },
  ];
  test.each(renewals)("issue a new certificate of the same authority for $name", async ({ at, names }) => {
    const before = await (await open()).identity(NAMES);
    const keys = await open(at);
    const after = await keys.identity(names);
    const authority = new X509Certificate(keys.authority.certificate);
    expect(after.certificate).not.toBe(before.certificate);
    expect(new X509Certificate(after.certificate).verify(authority.publicKey)).toBe(true);
    expect(await (await open(at)).identity(names)).toEqual(after);
  });

  test("get a new authority when the old one is about to end, and a certificate of the new one", async () => {
    const old = await open();
    await old.identity(NAMES);
    const late = await open(START_MS + 3500 * DAY_MS);
    expect(late.authority.certificate).not.toBe(old.authority.certificate);
    expect(late.token).toBe(old.token);
    const shown = new X509Certificate((await late.identity(NAMES)).certificate);
    expect(shown.verify(new X509Certificate(late.authority.certificate).publicKey)).toBe(true);
  });

  test("name the folder where they are damaged, and are not replaced", async () => {
    await open();
    const path = join(folder, "keys", "authority.pem");
    await writeFile(path, "nonsense");
    await expect(open()).rejects.toMatchObject({ name: "ClusterKeysError", folder: join(folder, "keys") });
    expect(await readFile(path, "utf8")).toBe("nonsense");
  });

  test("replace a damaged certificate, which nobody was told of", async () => {
    const keys = await open();
    const before = await keys.identity(NAMES);
    await writeFile(join(folder, "keys", "server.pem"), "nonsense");
    const after = await keys.identity(NAMES);
    expect(after.certificate).not.toBe(before.certificate);
  });
});

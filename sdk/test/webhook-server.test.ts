import { X509Certificate } from "node:crypto";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { KubeApiError, type KubeClient } from "@weir/client";
import { FakeClock, type JsonObject, parseJson, silentLogger } from "@weir/core";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import {
  createAuthority,
  createWebhooks,
  deny,
  kind,
  openAuthority,
  webhookServer,
  type WebhookServerOptions,
} from "../src/index.ts";

const DAY_MS = 24 * 3_600_000;
const ConfigMap = kind("v1", "ConfigMap");
const webhooks = createWebhooks().validate(ConfigMap, () => deny("no"));

/** Secrets in memory, with the conflicts of an API server. */
class Secrets {
  readonly stored = new Map<
    string,
    JsonObject & { readonly metadata: { readonly resourceVersion: string } }
  >();
  writes = 0;

  get client(): KubeClient {
    const client = {
      get: async (_kind: unknown, { name }: { readonly name: string }) => this.stored.get(name),
      create: async (_kind: unknown, object: JsonObject) => this.#write(object, undefined),
      replace: async (_kind: unknown, object: JsonObject) => {
        const { resourceVersion } = object["metadata"] as { readonly resourceVersion: string };
        return this.#write(object, resourceVersion);
      },
    };
    return client as unknown as KubeClient;
  }

  #write(object: JsonObject, version: string | undefined): JsonObject {
    const { name } = object["metadata"] as { readonly name: string };
    const reason = version === undefined ? "AlreadyExists" : "Conflict";
    if (this.stored.get(name)?.metadata.resourceVersion !== version)
      throw new KubeApiError({ kind: "Status", reason, message: reason }, 409);
    this.writes += 1;
    const metadata = { ...(object["metadata"] as JsonObject), resourceVersion: String(this.writes) };
    this.stored.set(name, { ...object, metadata });
    return { ...object, metadata };
  }
}

async function started(
  options: WebhookServerOptions,
  clock = new FakeClock(Date.now()),
  client = new Secrets().client,
) {
  const server = webhookServer(webhooks, { host: "127.0.0.1", port: 0, ...options });
  const running = await server.start({ client, clock, log: silentLogger });
  return { server, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}

/** The certificate that a server shows. */
function shown(port: number | undefined, ca: string): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port ?? 0, host: "127.0.0.1", ca }, () => {
      resolve(socket.getPeerX509Certificate() as X509Certificate);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

function post(
  port: number | undefined,
  ca: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        method: "POST",
        port,
        host: "127.0.0.1",
        ca,
        path: "/validate--v1-configmap?timeout=1s",
        headers: { "content-type": "application/json" },
        agent: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const selfSigned = { kind: "self-signed", names: { ips: ["127.0.0.1"] } } as const;
const review = JSON.stringify({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: { uid: "u", operation: "CREATE", object: { metadata: { name: "a" } } },
});

describe("a webhook server", () => {
  test("answers reviews over TLS that its own authority vouches for", async () => {
    await using running = await started({ certificate: selfSigned });
    const { server } = running;
    await server.startedCheck();
    const { status, text } = await post(server.port, server.trust ?? "", review);
    expect(status).toBe(200);
    expect(parseJson(text)).toMatchObject({
      response: { uid: "u", allowed: false, status: { message: "no" } },
    });
  });

  test("refuses a body that is too long without reading it all", async () => {
    await using running = await started({ certificate: selfSigned });
    const { text } = await post(
      running.server.port,
      running.server.trust ?? "",
      " ".repeat(7 * 1024 * 1024 + 1),
    );
    expect(parseJson(text)).toMatchObject({ response: { status: { code: 413 } } });
  });

  test("is not ready before it is started, nor after it ended", async () => {
    const server = webhookServer(webhooks, { host: "127.0.0.1", port: 0, certificate: selfSigned });
    await expect(server.startedCheck()).rejects.toThrow("webhook server has not been started yet");
    const running = await server.start({
      client: new Secrets().client,
      clock: new FakeClock(Date.now()),
      log: silentLogger,
    });
    await running[Symbol.asyncDispose]();
    await expect(server.startedCheck()).rejects.toThrow("webhook server has not been started yet");
  });

  test("fails where its port is taken", async () => {
    await using first = await started({ certificate: selfSigned });
    const port = first.server.port ?? 0;
    await expect(started({ certificate: selfSigned, port })).rejects.toThrow(`cannot listen on port ${port}`);
  });
});

describe("a self-signed certificate", () => {
  test("is renewed before it ends, by the same authority", async () => {
    const clock = new FakeClock(Date.now() - 61 * DAY_MS);
    const certificate = { ...selfSigned, validMs: 90 * DAY_MS, checkMs: 999 * DAY_MS };
    await using running = await started({ certificate }, clock);
    const { server } = running;
    const trust = server.trust ?? "";
    const first = await shown(server.port, trust);
    await clock.advance(59 * DAY_MS);
    expect(await server.reload()).toBe(false);
    await clock.advance(2 * DAY_MS);
    await server.reload();
    const second = await shown(server.port, trust);
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(server.trust).toBe(trust);
  });

  test("of a new authority is trusted beside those of the old one", async () => {
    const clock = new FakeClock(Date.now() - 8 * DAY_MS);
    const days = { validMs: 10 * DAY_MS, authorityValidMs: 15 * DAY_MS, checkMs: 999 * DAY_MS };
    const certificate = { ...selfSigned, ...days };
    await using running = await started({ certificate }, clock);
    const before = running.server.trust ?? "";
    await clock.advance(8 * DAY_MS);
    await running.server.reload();
    const after = running.server.trust ?? "";
    expect(after).not.toBe(before);
    expect(after.endsWith(before)).toBe(true);
    const leaf = await shown(running.server.port, after);
    expect(leaf.checkIssued(new X509Certificate(after))).toBe(true);
    await clock.advance(8 * DAY_MS);
    await running.server.reload();
    expect(running.server.trust).not.toContain(before.trim());
  });

  test("is shared by replicas through a Secret, whoever comes first", async () => {
    const secrets = new Secrets();
    const certificate = {
      ...selfSigned,
      service: { namespace: "system", name: "hooks" },
      secret: { namespace: "system", name: "hooks" },
    };
    const both = await Promise.all([
      started({ certificate }, new FakeClock(Date.now()), secrets.client),
      started({ certificate }, new FakeClock(Date.now()), secrets.client),
    ]);
    const [one, two] = both.map(({ server }) => server.trust);
    expect(one).toBe(two);
    expect(secrets.writes).toBe(1);
    const leaf = await shown(both[0].server.port, one ?? "");
    expect(leaf.checkHost("hooks.system.svc")).toBe("hooks.system.svc");
    for (const running of both) await running[Symbol.asyncDispose]();
  });

  test("is made anew where the Secret holds something else", async () => {
    const secrets = new Secrets();
    const data = Object.fromEntries(
      ["ca.crt", "ca-own.crt", "ca.key", "tls.crt", "tls.key"].map((key) => [key, "eA=="]),
    );
    secrets.stored.set("hooks", { metadata: { name: "hooks", resourceVersion: "7" }, data } as never);
    const certificate = { ...selfSigned, secret: { namespace: "system", name: "hooks" } };
    await using running = await started({ certificate }, new FakeClock(Date.now()), secrets.client);
    expect(secrets.writes).toBe(1);
    expect(running.server.trust).toContain("BEGIN CERTIFICATE");
  });
});

describe("certificate files", () => {
  const nowMs = Date.now();
  const authority = createAuthority({ commonName: "ca", nowMs, validMs: DAY_MS });
  const issue = () =>
    authority.issue({ dns: [], ips: ["127.0.0.1"] }, { commonName: "hooks", nowMs, validMs: DAY_MS });

  async function aFolder() {
    const folder = await mkdtemp(join(tmpdir(), "weir-certificates-"));
    const write = async (name: string, text: string): Promise<void> => {
      await writeFile(join(folder, `${name}.new`), text);
      await rename(join(folder, `${name}.new`), join(folder, name));
    };
    return { folder, write, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  }

  test("are read again when they change, and kept while they do not fit", async () => {
    await using files = await aFolder();
    const { folder, write } = files;
    const [first, second] = [issue(), issue()];
    await write("tls.crt", first.certificate);
    await write("tls.key", first.key);
    await write("ca.crt", authority.certificate);
    const metrics = new Registry();
    const clock = new FakeClock(nowMs);
    const certificate = {
      kind: "files",
      certificate: join(folder, "tls.crt"),
      key: join(folder, "tls.key"),
      authority: join(folder, "ca.crt"),
    } as const;
    await using running = await started({ certificate, metrics }, clock);
    const { server } = running;
    expect(server.trust).toBe(authority.certificate);
    const serial = async () => (await shown(server.port, authority.certificate)).serialNumber;
    const before = await serial();
    await write("tls.crt", second.certificate);
    await expect(server.reload()).rejects.toThrow("the key is not that of the certificate");
    expect(await serial()).toBe(before);
    await write("tls.key", second.key);
    expect(await server.reload()).toBe(true);
    expect(await serial()).toBe(new X509Certificate(second.certificate).serialNumber);
    const text = await metrics.metrics();
    expect(text).toContain("certwatcher_read_certificate_total 3");
    expect(text).toContain("certwatcher_read_certificate_errors_total 1");
  });

  test("that are missing keep the server from starting", async () => {
    const certificate = { kind: "files", certificate: "/none/tls.crt", key: "/none/tls.key" } as const;
    await expect(started({ certificate })).rejects.toThrow("ENOENT");
  });
});

describe("an authority", () => {
  test("can be opened again and issues as before", () => {
    const nowMs = Date.now();
    const made = createAuthority({ commonName: "ca", nowMs, validMs: DAY_MS });
    const opened = openAuthority(made);
    expect(opened.notAfterMs).toBe(made.notAfterMs);
    const names = { dns: ["a.b.svc"], ips: [] };
    const leaf = new X509Certificate(
      opened.issue(names, { commonName: "a", nowMs, validMs: DAY_MS }).certificate,
    );
    expect(leaf.verify(new X509Certificate(made.certificate).publicKey)).toBe(true);
    expect(leaf.checkIssued(new X509Certificate(made.certificate))).toBe(true);
  });

  test("is refused where certificate and key do not belong together", () => {
    const [one, two] = [1, 2].map((nowMs) => createAuthority({ commonName: "ca", nowMs, validMs: DAY_MS }));
    expect(() => openAuthority({ certificate: one?.certificate ?? "", key: two?.key ?? "" })).toThrow(
      "the key is not that of the certificate",
    );
    expect(() => openAuthority({ certificate: "x", key: "y" })).toThrow(
      "the certificate or its key cannot be read",
    );
  });
});

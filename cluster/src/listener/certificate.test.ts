import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createAuthority } from "./certificate.ts";

const nowMs = Date.now();

describe("a certificate of an own authority", () => {
  test("is valid for its names and signed by the authority", () => {
    const authority = createAuthority("weir-ca", nowMs);
    const issued = authority.issue({ dns: ["localhost"], ips: ["127.0.0.1", "::1", "fd00::1:2"] });
    const ca = new X509Certificate(authority.certificate);
    const server = new X509Certificate(issued.certificate);
    expect(ca.ca).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkHost("localhost")).toBe("localhost");
    for (const ip of ["127.0.0.1", "::1", "fd00::1:2"]) expect(server.checkIP(ip)).toBe(ip);
    expect(server.checkHost("example.com")).toBeUndefined();
    expect(Date.parse(server.validFrom)).toBeLessThan(nowMs);
    expect(Date.parse(server.validTo)).toBeGreaterThan(nowMs + 364 * 24 * 3_600_000);
  });

  test("is accepted in a TLS handshake by a client that trusts the authority", async () => {
    const authority = createAuthority("weir-ca", nowMs);
    const { certificate: cert, key } = authority.issue({ dns: ["localhost"], ips: ["127.0.0.1"] });
    const server = createServer({ cert, key }, (_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: "127.0.0.1", port, ca: authority.certificate }).end();
    const [response] = await once(sent, "response");
    expect(response.statusCode).toBe(200);
    response.resume();
    server.close();
    server.closeAllConnections();
  });
});

import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type RegistryAccess, RegistryClients } from "./registry-clients.ts";

const access: RegistryAccess = { isInsecure: false, auths: [] };
const auths = (password: string): RegistryAccess["auths"] => [
  { key: "registry", credentials: { kind: "basic", username: "user", password } },
];

describe("RegistryClients", () => {
  const clientOf = (clients: RegistryClients, of: RegistryAccess) => {
    using lease = clients.open(of);
    return lease.client;
  };

  test("give the same client for the same access", () => {
    const clients = new RegistryClients(new FakeClock());
    expect(clientOf(clients, { ...access })).toBe(clientOf(clients, { ...access }));
  });

  test.each([
    { name: "password", other: { ...access, auths: auths("b") } },
    { name: "way of asking", other: { ...access, auths: auths("a"), isInsecure: true } },
    { name: "authority", other: { ...access, auths: auths("a"), tls: { ca: "x" } } },
    { name: "proxy", other: { ...access, auths: auths("a"), proxy: { address: "http://proxy" } } },
  ])("never share a client with another $name", ({ other }) => {
    const clients = new RegistryClients(new FakeClock());
    expect(clientOf(clients, other)).not.toBe(clientOf(clients, { ...access, auths: auths("a") }));
  });

  test("begin anew after a failure", () => {
    const clients = new RegistryClients(new FakeClock());
    const before = clientOf(clients, access);
    clients.forget(access);
    expect(clientOf(clients, access)).not.toBe(before);
  });

  test("keep what is in use, and of the rest no more than fits", () => {
    const clients = new RegistryClients(new FakeClock());
    using used = clients.open({ ...access, auths: auths("used") });
    const first = clientOf(clients, { ...access, auths: auths("0") });
    for (let index = 1; index < 70; index += 1) clientOf(clients, { ...access, auths: auths(`${index}`) });
    expect(clientOf(clients, { ...access, auths: auths("used") })).toBe(used.client);
    expect(clientOf(clients, { ...access, auths: auths("0") })).not.toBe(first);
  });
});

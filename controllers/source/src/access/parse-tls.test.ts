import { createAuthority } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { parseTls } from "./parse-tls.ts";

const options = { commonName: "test", nowMs: Date.parse("2026-01-01T00:00:00Z"), validMs: 3_600_000 };
const { certificate: ca, key } = createAuthority(options);
const other = createAuthority(options);
const invalid = (problem: string) => ({ kind: "invalid", problem }) as const;
const incomplete = (problem: string) => ({ kind: "incomplete", problem }) as const;
const pairProblem = "failed to parse TLS certificate and key: tls:";

describe("parseTls", () => {
  test.each([
    { name: "authorities", data: { "ca.crt": ca }, want: { kind: "tls", tls: { ca } } },
    {
      name: "a certificate with its key",
      data: { "tls.crt": ca, "tls.key": key },
      want: { kind: "tls", tls: { cert: ca, key } },
    },
    {
      name: "the older names, after the others",
      data: { certFile: ca, keyFile: key, caFile: "not looked at", "ca.crt": ca },
      want: { kind: "tls", tls: { ca, cert: ca, key } },
    },
    { name: "no key", data: { "tls.crt": ca }, want: incomplete("contains 'tls.crt' but missing 'tls.key'") },
    {
      name: "no certificate",
      data: { "tls.key": key, "ca.crt": ca },
      want: incomplete("contains 'tls.key' but missing 'tls.crt'"),
    },
    {
      name: "nothing",
      data: { "ca.crt": "" },
      want: incomplete("must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"),
    },
    { name: "no authority", data: { "ca.crt": "x" }, want: invalid("failed to parse CA certificate") },
    {
      name: "a key of another",
      data: { "tls.crt": ca, "tls.key": other.key },
      want: invalid(`${pairProblem} private key does not match public key`),
    },
    {
      name: "a key that is none",
      data: { "tls.crt": ca, "tls.key": "canary" },
      want: invalid(`${pairProblem} failed to find any PEM data in key input`),
    },
    {
      name: "a certificate that is none",
      data: { "tls.crt": "x", "tls.key": key },
      want: invalid(`${pairProblem} failed to find any PEM data in certificate input`),
    },
  ])("reads $name", ({ data, want }) => {
    expect(parseTls(new Map(Object.entries(data).map(([name, text]) => [name, text ?? ""])))).toEqual(want);
  });
});

import { expect, test } from "vitest";
import { tellsRefusedAccess } from "./refused-access.ts";

test.each([
  ["the status of an answer", "GET http://127.0.0.1:5000/demo-1.0.0.tgz: 401 Unauthorized", true],
  ["the status at the end", "response status code 401: unauthorized: no entry", true],
  ["the complaint of a registry", "UNAUTHORIZED: authentication required", true],
  ["a handshake that fails", 'Get "https://x.test/": tls: failed to verify certificate: x509: expired', true],
  ["an alert of the other side", "remote error: tls: unknown certificate authority", true],
  ["a port", 'Get "http://127.0.0.1:40123/v2/charts/none/tags/list": 404 NAME_UNKNOWN', false],
  ["a port that nobody listens on", "dial tcp 127.0.0.1:54401: connect: connection refused", false],
  ["a digest", `no matching signatures for sha256:${"401".repeat(21)}a`, false],
  ["a digest in quotes", `has digest '${"401".repeat(21)}a', the index has '${"0".repeat(64)}'`, false],
  ["a name", "could not get tags for \"tls\": could not fetch tags for 'oci://x.test/mtls-proxy'", false],
  ["a version", "failed to get 'oci://x.test/demo:1.401.0': not found", false],
])("%s", (_, text, want) => {
  expect(tellsRefusedAccess(text)).toBe(want);
});

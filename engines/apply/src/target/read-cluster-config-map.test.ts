import { describe, expect, test } from "vitest";
import { describeError } from "@weir/core";
import { ClusterAccessError, ClusterProviderError } from "./cluster-access-error.ts";
import { clusterConfigOf, type ClusterReference, readClusterConfigMap } from "./read-cluster-config-map.ts";

const CA = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUfowC9pNVPiqHpwl3MdARYSWIanYwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMjMwNjE0MDZaGA8yMTI2MTAzMDA2
MTQwNlowEjEQMA4GA1UEAwwHdGVzdC1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABD6sTXqSsulOroiJGP7qg+Ae5xOyn6IMJEiii1Ell0Utaa+J3HweaFaVp+vY
jnqPKz/oQqDhWWszKbn/ZTv+QRajUzBRMB0GA1UdDgQWBBSZjr3dM+Tx8q9q0PfQ
EbRNdOBm0zAfBgNVHSMEGDAWgBSZjr3dM+Tx8q9q0PfQEbRNdOBm0zAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIHfgdVg8p99xtTPF201WmjJIPIFp
qV/rPE9NX1MYqVEyAiBI66DwNzFBqC4kBfejwIogd2bmMEHMJS82SZBG9GoLyw==
-----END CERTIFICATE-----
`;

function read(data: Readonly<Record<string, string>> | undefined): ClusterReference {
  const metadata = { namespace: "apps", name: "other" };
  return readClusterConfigMap({ apiVersion: "v1", kind: "ConfigMap", metadata, ...(data && { data }) });
}

function failureOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return expect.fail("it did not fail");
}

describe("readClusterConfigMap", () => {
  test("reads what Flux documents", () => {
    const audiences = " first\n\n  second \n";
    const data = { provider: "generic", address: "a:1", "ca.crt": CA, audiences, serviceAccountName: "b" };
    expect(read({ ...data, cluster: "ignored" })).toEqual({
      address: "a:1",
      ca: CA,
      audiences: ["first", "second"],
      serviceAccountName: "b",
    });
  });

  test("takes the address for the audience where nobody is named", () => {
    expect(read({ provider: "generic", address: "https://A" }).audiences).toEqual(["https://A"]);
    expect(read({ provider: "generic", address: "a", audiences: " \n" }).audiences).toEqual(["a"]);
  });

  test.each([
    { data: undefined, want: "provider '' not implemented" },
    { data: { provider: "Generic" }, want: "provider 'Generic' not implemented" },
    { data: { provider: "__proto__" }, want: "provider '__proto__' not implemented" },
  ])("refuses a provider that nobody knows: $want", ({ data, want }) => {
    const error = failureOf(() => read(data));
    expect(error).toBeInstanceOf(ClusterAccessError);
    expect(describeError(error)).toBe(want);
  });

  test.each(["aws", "azure", "gcp"])("names the cloud that is not supported: %s", (provider) => {
    const error = failureOf(() => read({ provider, cluster: "c" }));
    expect(error).toBeInstanceOf(ClusterProviderError);
    expect(error).toMatchObject({ provider, retry: "never" });
    expect(describeError(error)).toBe(
      `spec.kubeConfig.configMapRef: provider '${provider}' is not supported yet`,
    );
  });
});

describe("clusterConfigOf", () => {
  const at = (address: string, ca = ""): ClusterReference => ({
    address,
    ca,
    audiences: [address],
    serviceAccountName: "",
  });

  test.each([
    ["https://Other.Example.com:6443", "https://other.example.com:6443"],
    ["other.example.com", "https://other.example.com:443"],
    ["10.0.0.1:6443", "https://10.0.0.1:6443"],
    ["https://[FD00::1]", "https://[fd00::1]:443"],
    ["https://[fd00::1]:6443", "https://[fd00::1]:6443"],
    ["https://a/path?query#fragment", "https://a:443"],
    ["https://a:", "https://a:443"],
    ["https://user:password@a", "https://a:443"],
  ])("makes of %s the server %s", (address, want) => {
    expect(clusterConfigOf(at(address))).toMatchObject({ server: want, ca: undefined });
  });

  test("trusts the certificates that are given", () => {
    expect(clusterConfigOf(at("a", CA)).ca).toEqual({ kind: "inline", bytes: Buffer.from(CA) });
    expect(clusterConfigOf(at("a", CA)).insecureSkipTlsVerify).toBe(false);
  });

  test.each([
    [at(""), "cluster address is required to create a REST config"],
    [
      at("http://a:1"),
      "failed to parse cluster address http://a:1: the Kubernetes API server address 'http://a:1' must use https scheme",
    ],
    [
      at("https-proxy"),
      "failed to parse cluster address https-proxy: the Kubernetes API server address 'https-proxy' must use https scheme",
    ],
    [
      at("http://user:password@a"),
      "failed to parse cluster address http://a: the Kubernetes API server address 'http://a' must use https scheme",
    ],
    [
      at("a b"),
      `failed to parse cluster address a b: failed to parse Kubernetes API server address 'https://a b': parse "https://a b": invalid host`,
    ],
    [at("a", "no certificate"), "unable to load root certificates: unable to parse bytes as PEM block"],
    [
      at("a", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      "unable to load root certificates: failed to parse certificate: x509: malformed certificate",
    ],
  ])("refuses %j", (reference, want) => {
    expect(describeError(failureOf(() => clusterConfigOf(reference)))).toBe(want);
  });
});

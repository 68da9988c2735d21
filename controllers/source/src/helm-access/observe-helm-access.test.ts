import type { HelmRepository } from "@weir/api";
import { describeError } from "@weir/core";
import type { BaseContext } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceStepError } from "../source-error.ts";
import { observeHelmAccess } from "./observe-helm-access.ts";

interface SecretData {
  readonly type?: string;
  readonly data: Readonly<Record<string, string>>;
}

function readsOf(secrets: Readonly<Record<string, SecretData>>): Pick<BaseContext, "live"> {
  const get = async (_kind: unknown, { name }: { readonly name: string }): Promise<never> => {
    const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (secret === undefined) return undefined as never;
    const encoded = Object.entries(secret.data).map(
      ([key, value]) => [key, Buffer.from(value).toString("base64")] as const,
    );
    return { type: secret.type ?? "Opaque", data: Object.fromEntries(encoded) } as never;
  };
  return { live: { get } } as unknown as Pick<BaseContext, "live">;
}

function aRepository(spec: Partial<HelmRepository["spec"]>): HelmRepository {
  const url = spec.type === "oci" ? "oci://registry.example.com/charts" : "https://charts.example.com";
  return {
    metadata: { name: "r", namespace: "default" },
    spec: { url, provider: "generic", ...spec },
  } as HelmRepository;
}

const secretRef = { name: "s" };
const password = { username: "u", password: "p" };
const dockerConfig = (host: string): SecretData => ({
  type: "kubernetes.io/dockerconfigjson",
  data: { ".dockerconfigjson": JSON.stringify({ auths: { [host]: password } }) },
});
const ofRegistry = { key: "registry.example.com", credentials: { kind: "basic", ...password } };

describe("observeHelmAccess", () => {
  test.each([
    { name: "nothing where no Secret is named", spec: {}, secret: { data: {} }, want: { auths: [] } },
    {
      name: "a password",
      spec: { secretRef },
      secret: { data: password },
      want: { auths: [], basic: password },
    },
    {
      name: "nothing in a Secret of other things",
      spec: { secretRef },
      secret: { data: { "tls.crt": "alone", note: "x" } },
      want: { auths: [] },
    },
    {
      name: "a password for a registry",
      spec: { secretRef, type: "oci" },
      secret: { data: password },
      want: { auths: [ofRegistry], basic: password },
    },
    {
      name: "a docker configuration",
      spec: { secretRef, type: "oci" },
      secret: dockerConfig("registry.example.com"),
      want: { auths: [ofRegistry] },
    },
    {
      name: "an anonymous login",
      spec: { secretRef, type: "oci" },
      secret: { data: { username: "", password: "" } },
      want: { auths: [], basic: { username: "", password: "" } },
    },
  ] as const)("reads $name", async ({ spec, secret, want }) => {
    expect(await observeHelmAccess(aRepository(spec), readsOf({ s: secret }))).toEqual(want);
  });

  const configure = "failed to configure OCI registry authentication";
  test.each([
    {
      name: "a Secret that is not there",
      spec: { secretRef: { name: "none" } },
      secret: { data: {} },
      message: `failed to get authentication secret 'default/none': secrets "none" not found`,
    },
    {
      name: "a certificate that is not there",
      spec: { certSecretRef: { name: "none" } },
      secret: { data: {} },
      message: `failed to get TLS authentication secret 'default/none': secrets "none" not found`,
    },
    {
      name: "a password without a user",
      spec: { secretRef },
      secret: { data: { password: "canary" } },
      message:
        "failed to detect authentication methods: secret 'default/s': malformed basic auth - has 'password' but missing 'username'",
    },
    {
      name: "a certificate without its key",
      spec: { certSecretRef: secretRef },
      secret: { data: { "tls.crt": "x" } },
      message:
        "failed to construct Helm client's TLS config: secret 'default/s' contains 'tls.crt' but missing 'tls.key'",
    },
    {
      name: "an old authority that is none",
      spec: { secretRef },
      secret: { data: { caFile: "x" } },
      message: "failed to detect authentication methods: failed to parse CA certificate",
    },
    {
      name: "a configuration of other registries",
      spec: { secretRef, type: "oci" },
      secret: dockerConfig("other.example.com"),
      message: `${configure}: no auth config for 'registry.example.com' in the docker-registry Secret 's'`,
    },
    {
      name: "half a password",
      spec: { secretRef, type: "oci" },
      secret: { data: { username: "u", password: "" } },
      message: `${configure}: invalid 's' secret data: required fields 'username' and 'password'`,
    },
    {
      name: "a configuration that is none",
      spec: { secretRef, type: "oci" },
      secret: { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "canary" } },
      message: `${configure}: unable to load Docker config from Secret 's': the docker configuration is not JSON`,
    },
    {
      name: "the identity of a cloud",
      spec: { type: "oci", provider: "aws" },
      secret: { data: {} },
      message:
        "failed to get credential from 'aws': logging in by the identity of a cloud is not supported yet",
    },
  ] as const)("refuses $name", async ({ spec, secret, message }) => {
    const failure = await observeHelmAccess(aRepository(spec), readsOf({ s: secret })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SourceStepError);
    const { condition, reason } = failure as SourceStepError;
    expect({ condition, reason, message: describeError(failure) }).toEqual({
      condition: "FetchFailed",
      reason: "AuthenticationFailed",
      message,
    });
  });
});

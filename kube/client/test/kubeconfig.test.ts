import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitYaml } from "@weir/yaml";
import type { JsonObject } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type ClusterConfig, inClusterConfig, loadKubeconfig, parseKubeconfig } from "../src/index.ts";

function kubeconfig(user: JsonObject, cluster: JsonObject = {}, context: JsonObject = {}): string {
  return emitYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u", ...context } }],
    clusters: [{ name: "k", cluster: { server: "https://api.test:6443", ...cluster } }],
    users: [{ name: "u", user }],
  });
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const inline = (text: string) => ({ kind: "inline", bytes: Buffer.from(text) });

const plain: ClusterConfig = {
  server: "https://api.test:6443",
  auth: { kind: "none" },
  ca: undefined,
  clientCertificate: undefined,
  tlsServerName: undefined,
  insecureSkipTlsVerify: false,
  proxyUrl: undefined,
  namespace: undefined,
  impersonate: undefined,
};

describe("a kubeconfig", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly text: string;
    readonly options?: Parameters<typeof parseKubeconfig>[1];
    readonly want: Partial<ClusterConfig>;
  }> = [
    { name: "may hold no user's credentials", text: kubeconfig({}), want: {} },
    {
      name: "holds a token",
      text: kubeconfig({ token: "t" }),
      want: { auth: { kind: "token", token: "t" } },
    },
    {
      name: "holds a user name and password",
      text: kubeconfig({ username: "jane", password: "pw" }),
      want: { auth: { kind: "basic", username: "jane", password: "pw" } },
    },
    {
      name: "prefers a token file to a token, relative to its folder",
      text: kubeconfig({ token: "t", tokenFile: "tok" }),
      options: { filesIn: "/etc/kube" },
      want: { auth: { kind: "tokenFile", path: "/etc/kube/tok", fallback: "t" } },
    },
    {
      name: "holds a client certificate as data, which wins over a file",
      text: kubeconfig({
        "client-certificate-data": base64("CERT"),
        "client-certificate": "ignored",
        "client-key": "/k/key",
      }),
      options: { filesIn: "/etc/kube" },
      want: {
        clientCertificate: { certificate: inline("CERT"), key: { kind: "file", path: "/k/key" } } as never,
      },
    },
    {
      name: "says how to reach the cluster",
      text: kubeconfig(
        {},
        {
          "certificate-authority-data": base64("CA"),
          "tls-server-name": "name",
          "proxy-url": "http://proxy:3128",
        },
        { namespace: "team" },
      ),
      want: {
        ca: inline("CA") as never,
        tlsServerName: "name",
        proxyUrl: "http://proxy:3128",
        namespace: "team",
      },
    },
    {
      name: "says whom to act as",
      text: kubeconfig({ as: "jane", "as-groups": ["a", "b"], "as-uid": "1", "as-user-extra": { t: ["x"] } }),
      want: { impersonate: { name: "jane", groups: ["a", "b"], uid: "1", extra: { t: ["x"] } } },
    },
    {
      name: "skips the verification of the server where that is allowed",
      text: kubeconfig({}, { "insecure-skip-tls-verify": true }),
      options: { allowInsecure: true },
      want: { insecureSkipTlsVerify: true },
    },
    {
      name: "names a plugin where that is allowed, relative to its folder when it has a slash",
      text: kubeconfig({
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "bin/login",
          args: ["-x"],
          env: [{ name: "A", value: "b" }],
          provideClusterInfo: true,
          installHint: "get it",
        },
      }),
      options: { allowExec: true, filesIn: "/etc/kube" },
      want: {
        auth: {
          kind: "exec",
          plugin: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "/etc/kube/bin/login",
            args: ["-x"],
            env: [{ name: "A", value: "b" }],
            provideClusterInfo: true,
            installHint: "get it",
          },
        },
      },
    },
  ];

  test.each(cases)("$name", ({ text, options, want }) => {
    expect(parseKubeconfig(text, options)).toEqual({ ...plain, ...want });
  });

  const refused: ReadonlyArray<{ readonly name: string; readonly text: string; readonly want: string }> = [
    { name: "YAML that is none", text: "a: [", want: "is not YAML" },
    { name: "a list", text: "- a", want: "cannot unmarshal array into Go value" },
    { name: "no context", text: "", want: "no current context" },
    { name: "a context that is not there", text: "current-context: x", want: 'has no context "x"' },
    {
      name: "a cluster without a server",
      text: kubeconfig({}, { server: "" }),
      want: "has no usable server",
    },
    {
      name: "a server of another scheme",
      text: kubeconfig({}, { server: "ftp://x" }),
      want: "has no usable server",
    },
    { name: "a plugin", text: kubeconfig({ exec: { command: "rm" } }), want: "asks for exec" },
    { name: "an auth provider", text: kubeconfig({ "auth-provider": {} }), want: "asks for auth-provider" },
    {
      name: "an unverified server",
      text: kubeconfig({}, { "insecure-skip-tls-verify": true }),
      want: "asks for insecure-skip-tls-verify",
    },
    {
      name: "an unverified server with a certificate authority",
      text: kubeconfig({}, { "insecure-skip-tls-verify": true, "certificate-authority-data": base64("CA") }),
      want: "both a certificate authority and insecure",
    },
    { name: "a file", text: kubeconfig({ tokenFile: "/etc/passwd" }), want: "asks for files" },
    { name: "a CA file", text: kubeconfig({}, { "certificate-authority": "x" }), want: "asks for files" },
    {
      name: "two ways to log in",
      text: kubeconfig({ token: "t", username: "u" }),
      want: "only one is allowed",
    },
    {
      name: "a certificate without a key",
      text: kubeconfig({ "client-certificate-data": base64("C") }),
      want: "both a client certificate and its key",
    },
    {
      name: "groups without a user to act as",
      text: kubeconfig({ "as-groups": ["a"] }),
      want: "without a user",
    },
    { name: "more than a kubeconfig is long", text: "#".repeat(5_000_000), want: "is larger than" },
  ];

  test.each(refused)("is refused for $name", ({ text, want }) => {
    expect(() => parseKubeconfig(text)).toThrow(want);
  });

  test("never shows what it holds in an error", () => {
    const text = `${kubeconfig({ token: "canary-token", username: "u", password: "canary-pw" })}\nx: {`;
    expect(() => parseKubeconfig(text)).toThrow();
    for (const source of [text, kubeconfig({ token: "canary-token", username: "canary" })]) {
      try {
        parseKubeconfig(source);
      } catch (error) {
        expect(String((error as Error).message)).not.toContain("canary");
      }
    }
  });
});

describe("kubeconfig files", () => {
  test("are merged as kubectl merges the list in KUBECONFIG", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "weir-client-"));
    const first = join(folder.path, "first");
    const second = join(folder.path, "second");
    await writeFile(
      first,
      emitYaml({ "current-context": "c", users: [{ name: "u", user: { tokenFile: "tok" } }] }),
    );
    await writeFile(second, kubeconfig({ token: "unused" }));
    const config = await loadKubeconfig([join(folder.path, "none"), first, second]);
    expect(config).toEqual({
      ...plain,
      auth: { kind: "tokenFile", path: join(folder.path, "tok"), fallback: undefined },
    });
  });

  test("must be there, one at least", async () => {
    await expect(loadKubeconfig("/nonexistent/config")).rejects.toThrow(
      "there is no kubeconfig at /nonexistent/config",
    );
  });
});

describe("a pod", () => {
  test("uses its service account", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "weir-client-"));
    await writeFile(join(folder.path, "namespace"), "team\n");
    const config = await inClusterConfig({ host: "fd00::1", port: "443", folder: folder.path });
    expect(config).toEqual({
      ...plain,
      server: "https://[fd00::1]:443",
      auth: { kind: "tokenFile", path: join(folder.path, "token"), fallback: undefined },
      ca: { kind: "file", path: join(folder.path, "ca.crt") },
      namespace: "team",
    });
  });

  test.each([
    {
      name: "an account",
      options: { host: "h", port: "1", folder: "/nonexistent" },
      want: "no service account",
    },
    { name: "a service", options: { host: "", port: "" }, want: "is no pod" },
  ])("is none without $name", async ({ options, want }) => {
    await expect(inClusterConfig(options)).rejects.toThrow(want);
  });
});

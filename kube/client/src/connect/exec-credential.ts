import { execFile } from "node:child_process";
import { type JsonObject, parseJson, writeJson } from "@weir/core";
import { isObject } from "../api-error.ts";
import { type ClusterConfig, CredentialsError, type ExecPlugin } from "../kubeconfig/cluster-config.ts";

/** What a plugin gave. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Wall time in milliseconds. */
  readonly expiresAtMs: number | undefined;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 1024 * 1024;

/** Calls an exec credential plugin, without a shell and without a terminal, and reads its ExecCredential. */
export async function callExecPlugin(
  plugin: ExecPlugin,
  config: ClusterConfig,
  ca: Uint8Array | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExecCredential> {
  const env: Record<string, string | undefined> = { ...environment };
  for (const { name, value } of plugin.env) env[name] = value;
  env["KUBERNETES_EXEC_INFO"] = writeJson(execInfo(plugin, config, ca));
  const output = await run(plugin, env);
  let parsed: unknown;
  try {
    parsed = parseJson(output);
  } catch {
    // Neither the output nor the parser's words: they may quote a credential.
    throw new CredentialsError(`the credential plugin ${plugin.command} did not print JSON`);
  }
  const status = isObject(parsed as JsonObject) ? (parsed as JsonObject)["status"] : undefined;
  if (!isObject(status)) throw new CredentialsError(`the credential plugin ${plugin.command} gave no status`);
  const text = (field: string): string | undefined => {
    const value = status[field];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const expiresAt = text("expirationTimestamp");
  const credential = {
    token: text("token"),
    certificate: text("clientCertificateData"),
    key: text("clientKeyData"),
    expiresAtMs: expiresAt === undefined ? undefined : Date.parse(expiresAt),
  };
  if (credential.token === undefined && credential.certificate === undefined) {
    throw new CredentialsError(
      `the credential plugin ${plugin.command} gave neither a token nor a certificate`,
    );
  }
  return credential;
}

function execInfo(plugin: ExecPlugin, config: ClusterConfig, ca: Uint8Array | undefined): JsonObject {
  const cluster = {
    server: config.server,
    "insecure-skip-tls-verify": config.insecureSkipTlsVerify,
    ...(config.tlsServerName === undefined ? {} : { "tls-server-name": config.tlsServerName }),
    ...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
    ...(config.proxyUrl === undefined ? {} : { "proxy-url": config.proxyUrl }),
  };
  return {
    apiVersion: plugin.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) },
  };
}

function run(plugin: ExecPlugin, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, windowsHide: true };
    const child = execFile(plugin.command, plugin.args, options, (error, stdout) => {
      if (error === null) return resolve(stdout);
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const hint = isMissing && plugin.installHint !== undefined ? ` (${plugin.installHint})` : "";
      const problem = isMissing ? "is not there" : `failed with ${String(error.code ?? error.signal)}`;
      reject(new CredentialsError(`the credential plugin ${plugin.command} ${problem}${hint}`));
    });
    child.stdin?.end();
  });
}

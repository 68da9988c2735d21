import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { JsonObject, JsonValue } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { isObject } from "../api-error.ts";
import {
  type Auth,
  type ClusterConfig,
  type ExecPlugin,
  KubeconfigError,
  KubeconfigForbiddenError,
  type KubeconfigOptions,
  type Material,
} from "./cluster-config.ts";

/** Kubeconfigs hold certificates, not data; what is larger is something else. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a kubeconfig: the current context, or the named one.
 *
 * By default it may hold only what is in the text itself: a kubeconfig from a cluster must not run programs, read files
 * or talk to an unverified server. Throws `KubeconfigError` or `KubeconfigForbiddenError`.
 */
export function parseKubeconfig(text: string, options: KubeconfigOptions = {}): ClusterConfig {
  return configOf([{ document: documentOf(text), folder: options.filesIn }], options);
}

/**
 * Reads kubeconfigs from files as kubectl does with the list in `KUBECONFIG`: the first one to say something wins, and
 * relative paths in a file are relative to its folder. Files that do not exist are skipped, unless none does.
 */
export async function loadKubeconfig(
  paths: string | readonly string[],
  options: Omit<KubeconfigOptions, "filesIn"> = {},
): Promise<ClusterConfig> {
  const layers: Layer[] = [];
  const wanted = typeof paths === "string" ? [paths] : paths;
  let missing: unknown;
  for (const path of wanted) {
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
        throw new KubeconfigError(`cannot read the kubeconfig ${path}`, { cause });
      }
      missing = cause;
      continue;
    }
    layers.push({ document: documentOf(text, path), folder: dirname(resolve(path)) });
  }
  if (layers.length === 0) {
    throw new KubeconfigError(`there is no kubeconfig at ${wanted.join(" or ")}`, { cause: missing });
  }
  return configOf(layers, options);
}

interface Layer {
  readonly document: JsonObject;
  /** Where relative paths are looked for; files are refused where there is none. */
  readonly folder: string | undefined;
}

/** A named entry with the folder of the file that it came from. */
interface Entry {
  readonly fields: JsonObject;
  readonly where: string;
  readonly folder: string | undefined;
}

function documentOf(text: string, path = "the kubeconfig"): JsonObject {
  if (text.length > MAX_BYTES) throw new KubeconfigError(`${path} is larger than ${MAX_BYTES} bytes`);
  let document: JsonValue;
  try {
    document = loadYaml(text);
  } catch (cause) {
    throw new KubeconfigError(`${path} is not YAML`, { cause });
  }
  if (document === null) return {};
  if (!isObject(document)) {
    throw new KubeconfigError(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${goKindOf(document)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  return document;
}

/** What Go's decoder calls a value that is no object; the message is that of clientcmd. */
function goKindOf(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "number";
}

function configOf(layers: readonly Layer[], options: KubeconfigOptions): ClusterConfig {
  const current =
    options.context ??
    layers.map(({ document }) => textAt(document, "current-context")).find((name) => name !== "");
  if (current === undefined || current === "")
    throw new KubeconfigError("the kubeconfig has no current context");
  const context = entryOf(layers, "contexts", "context", current);
  const cluster = entryOf(layers, "clusters", "cluster", textAt(context.fields, "cluster"));
  const userName = textAt(context.fields, "user");
  const user: Entry =
    userName === ""
      ? { fields: {}, where: "no user", folder: undefined }
      : entryOf(layers, "users", "user", userName);

  const server = textAt(cluster.fields, "server");
  if (!/^https?:\/\/[^/]/.test(server)) throw new KubeconfigError(`${cluster.where} has no usable server`);
  const isInsecure = cluster.fields["insecure-skip-tls-verify"] === true;
  const ca = materialOf(cluster, "certificate-authority-data", "certificate-authority");
  if (isInsecure && ca !== undefined) {
    throw new KubeconfigError(
      `${cluster.where} has both a certificate authority and insecure-skip-tls-verify`,
    );
  }
  if (isInsecure && options.allowInsecure !== true) {
    throw new KubeconfigForbiddenError("insecure-skip-tls-verify", cluster.where);
  }
  return {
    server,
    auth: authOf(user, options),
    ca,
    clientCertificate: clientCertificateOf(user),
    tlsServerName: optional(textAt(cluster.fields, "tls-server-name")),
    insecureSkipTlsVerify: isInsecure,
    proxyUrl: optional(textAt(cluster.fields, "proxy-url")),
    namespace: optional(textAt(context.fields, "namespace")),
    impersonate: impersonationOf(user),
  };
}

function entryOf(layers: readonly Layer[], list: string, field: string, name: string): Entry {
  const where = `${field} ${JSON.stringify(name)}`;
  for (const { document, folder } of layers) {
    const entries = document[list];
    if (!Array.isArray(entries)) continue;
    const entry = entries.find((candidate) => isObject(candidate) && candidate["name"] === name);
    if (!isObject(entry)) continue;
    const fields = entry[field];
    return { fields: isObject(fields) ? fields : {}, where, folder };
  }
  throw new KubeconfigError(`the kubeconfig has no ${where}`);
}

function authOf(user: Entry, options: KubeconfigOptions): Auth {
  const { fields, where } = user;
  const token = textAt(fields, "token");
  const username = textAt(fields, "username");
  if (token !== "" && username !== "") {
    throw new KubeconfigError(`${where} has both a token and a user name, only one is allowed`);
  }
  if (isObject(fields["auth-provider"])) throw new KubeconfigForbiddenError("auth-provider", where);
  const tokenFile = textAt(fields, "tokenFile");
  if (tokenFile !== "") {
    return { kind: "tokenFile", path: filePath(user, tokenFile), fallback: optional(token) };
  }
  if (token !== "") return { kind: "token", token };
  if (username !== "") return { kind: "basic", username, password: textAt(fields, "password") };
  if (!isObject(fields["exec"])) return { kind: "none" };
  if (options.allowExec !== true) throw new KubeconfigForbiddenError("exec", where);
  return { kind: "exec", plugin: pluginOf(user, fields["exec"]) };
}

function pluginOf(user: Entry, exec: JsonObject): ExecPlugin {
  const command = textAt(exec, "command");
  if (command === "") throw new KubeconfigError(`${user.where} has an exec without a command`);
  const args = Array.isArray(exec["args"]) ? exec["args"].filter((arg) => typeof arg === "string") : [];
  const env = Array.isArray(exec["env"]) ? exec["env"].filter(isObject) : [];
  // As kubectl: a bare name is looked for in PATH, one with a slash relative to the kubeconfig.
  const isRelative = command.includes("/") && !isAbsolute(command) && user.folder !== undefined;
  return {
    apiVersion: textAt(exec, "apiVersion"),
    command: isRelative ? join(user.folder ?? "", command) : command,
    args,
    env: env.map((variable) => ({ name: textAt(variable, "name"), value: textAt(variable, "value") })),
    provideClusterInfo: exec["provideClusterInfo"] === true,
    installHint: optional(textAt(exec, "installHint")),
  };
}

function clientCertificateOf(user: Entry): ClusterConfig["clientCertificate"] {
  const certificate = materialOf(user, "client-certificate-data", "client-certificate");
  const key = materialOf(user, "client-key-data", "client-key");
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new KubeconfigError(`${user.where} needs both a client certificate and its key`);
  }
  return { certificate, key };
}

function impersonationOf({ fields, where }: Entry): ClusterConfig["impersonate"] {
  const name = textAt(fields, "as");
  const uid = textAt(fields, "as-uid");
  const groups = Array.isArray(fields["as-groups"])
    ? fields["as-groups"].filter((group) => typeof group === "string")
    : [];
  const extra = extraOf(fields["as-user-extra"]);
  if (name !== "") {
    return { name, groups, ...(uid === "" ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
  }
  if (uid !== "" || groups.length > 0 || extra !== undefined) {
    throw new KubeconfigError(`${where} impersonates groups, a uid or extra fields without a user name`);
  }
  return undefined;
}

function extraOf(value: JsonValue | undefined): Readonly<Record<string, readonly string[]>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).map(([key, values]) => {
    const texts = Array.isArray(values) ? values.filter((text) => typeof text === "string") : [];
    return [key, texts] as const;
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Data in the text wins over a file, as in kubectl. */
function materialOf(entry: Entry, dataField: string, fileField: string): Material | undefined {
  const data = textAt(entry.fields, dataField);
  if (data !== "") return { kind: "inline", bytes: Buffer.from(data, "base64") };
  const path = textAt(entry.fields, fileField);
  return path === "" ? undefined : { kind: "file", path: filePath(entry, path) };
}

function filePath(entry: Entry, path: string): string {
  if (entry.folder === undefined) throw new KubeconfigForbiddenError("files", entry.where);
  return resolve(entry.folder, path);
}

function textAt(object: JsonObject, field: string): string {
  const value = Object.hasOwn(object, field) ? object[field] : undefined;
  return typeof value === "string" ? value : "";
}

function optional(value: string): string | undefined {
  return value === "" ? undefined : value;
}

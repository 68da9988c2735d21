import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { matchGoPath } from "@weir/text";
import { isJsonObject, propertyOf, textOf } from "../descriptor.ts";
import { RegistryCredentialsError } from "../oci-error.ts";
import { formatRepository } from "../reference/oci-reference.ts";
import { anonymous, type CredentialsFor, type RegistryCredentials } from "./credentials.ts";

/** What a docker configuration says of a registry or of a path in it. */
export interface DockerAuth {
  /** `host`, `host:port` or `host/path`; a host may hold `*` within a label. */
  readonly key: string;
  readonly credentials: RegistryCredentials;
}

/**
 * Reads the `auths` of a docker configuration (`.dockerconfigjson`), or of its older form without `auths` (`.dockercfg`).
 * Keys lose their scheme and a leading `/v1/` or `/v2/`. Throws `RegistryCredentialsError`, which quotes none of it.
 */
export function parseDockerConfig(text: string, form: "config" | "legacy" = "config"): readonly DockerAuth[] {
  const config = parse(text);
  if (!isJsonObject(config)) throw new RegistryCredentialsError("the docker configuration is no object");
  const auths = form === "legacy" ? config : (propertyOf(config, "auths") ?? {});
  if (!isJsonObject(auths))
    throw new RegistryCredentialsError("the docker configuration has no object auths");
  return Object.entries(auths).map(([key, auth]) => ({
    key: keyOf(key),
    credentials: isJsonObject(auth) ? credentialsOf(key, auth) : anonymous,
  }));
}

function parse(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    // The cause is left out: it may quote a password.
    throw new RegistryCredentialsError("the docker configuration is not JSON");
  }
}

function keyOf(written: string): string {
  const bare = written.replace(/^https?:\/\//, "");
  const slash = bare.indexOf("/");
  if (slash === -1) return bare;
  const path = bare.slice(slash).replace(/^\/v[12](?=\/)/, "");
  return path === "/" ? bare.slice(0, slash) : bare.slice(0, slash) + path;
}

function credentialsOf(key: string, auth: JsonObject): RegistryCredentials {
  const identity = textOf(auth, "identitytoken");
  if (identity !== "") return { kind: "identity-token", token: identity };
  const registry = textOf(auth, "registrytoken");
  if (registry !== "") return { kind: "registry-token", token: registry };
  const pair = textOf(auth, "auth");
  const { username, password } =
    pair === ""
      ? { username: textOf(auth, "username"), password: textOf(auth, "password") }
      : decodePair(key, pair);
  return username === "" && password === "" ? anonymous : { kind: "basic", username, password };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function decodePair(key: string, pair: string): { readonly username: string; readonly password: string } {
  const text = BASE64.test(pair.trim()) ? Buffer.from(pair, "base64").toString("utf8") : "";
  const colon = text.indexOf(":");
  if (colon === -1) {
    throw new RegistryCredentialsError(
      `unable to decode the auth of ${JSON.stringify(key)}: must be formatted as base64(username:password)`,
    );
  }
  // Docker ends the password of some configurations with a zero byte.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
}

/**
 * Finds credentials among those of docker configurations as Kubernetes does for image pulls: the longest key that is the
 * host, or the host and a beginning of the path, wins; a host's labels may be globs. Nothing found is anonymous.
 */
export function credentialsFromDockerConfig(auths: readonly DockerAuth[]): CredentialsFor {
  const sorted = auths.toSorted((left, right) => (left.key < right.key ? 1 : left.key > right.key ? -1 : 0));
  return (repository) => {
    const target = formatRepository(repository);
    return sorted.find(({ key }) => isKeyFor(key, target))?.credentials ?? anonymous;
  };
}

/** Docker Hub goes by several names; its configurations by yet another. */
const HUB_NAMES = new Set(["docker.io", "registry-1.docker.io", "index.docker.io"]);

function isKeyFor(key: string, target: string): boolean {
  const [keyHost, keyPath] = splitPath(key);
  const [targetHost, targetPath] = splitPath(target);
  if (!isPathBelow(keyPath, targetPath)) return false;
  if (HUB_NAMES.has(keyHost) && HUB_NAMES.has(targetHost)) return true;
  const keyLabels = keyHost.split(".");
  const targetLabels = targetHost.split(".");
  if (keyLabels.length !== targetLabels.length) return false;
  if (portOf(keyHost) !== portOf(targetHost)) return false;
  return keyLabels.every(
    (label, index) => matchGoPath(withoutPort(label), withoutPort(targetLabels[index] ?? "")) === true,
  );
}

/** By whole parts: what is meant for `team` is not sent for `team-b`. */
function isPathBelow(path: string, target: string): boolean {
  const bare = path.replace(/\/+$/, "");
  return bare === "" || target === bare || target.startsWith(`${bare}/`);
}

function splitPath(text: string): readonly [host: string, path: string] {
  const slash = text.indexOf("/");
  return slash === -1 ? [text, ""] : [text.slice(0, slash), text.slice(slash)];
}

function portOf(host: string): string {
  return /:(\d+)$/.exec(host)?.[1] ?? "";
}

function withoutPort(label: string): string {
  return label.replace(/:\d+$/, "");
}

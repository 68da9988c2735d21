import type { JsonObject, JsonValue } from "@weir/core";
import { emitYaml } from "@weir/yaml";

const MASK = "**SOPS**";
const DOCKER_CONFIG = "kubernetes.io/dockerconfigjson";

/** Masks what SOPS encrypted in a Secret, as `flux build` prints it; other objects stay as they are. */
export function maskSopsSecret(object: JsonObject): JsonObject {
  if (object["kind"] !== "Secret") return object;
  const text = emitYaml(object);
  const isEncrypted = text.includes("sops:") && text.includes("mac: ENC[");
  if (!isEncrypted) return maskValues(object, (value) => (isSopsText(value) ? MASK : undefined));
  const { sops: _sops, ...rest } = object;
  const mask = object["type"] === DOCKER_CONFIG ? JSON.stringify({ mask: MASK }) : MASK;
  return maskValues(rest, () => mask);
}

/** A file that SOPS encrypted, put into a Secret as it is. */
function isSopsText(text: string): boolean {
  return text.includes("sops") && text.includes("ENC[");
}

function maskValues(object: JsonObject, maskOf: (decoded: string) => string | undefined): JsonObject {
  const encoded = mapValues(object["data"], (value) => {
    const mask = maskOf(Buffer.from(value, "base64").toString("latin1"));
    return mask === undefined ? value : Buffer.from(mask).toString("base64");
  });
  const plain = mapValues(object["stringData"], (value) => maskOf(value) ?? value);
  return {
    ...object,
    ...(encoded === undefined ? {} : { data: encoded }),
    ...(plain === undefined ? {} : { stringData: plain }),
  };
}

function mapValues(field: JsonValue | undefined, change: (value: string) => string): JsonObject | undefined {
  if (field === null || typeof field !== "object" || Array.isArray(field)) return undefined;
  const entries = Object.entries(field as JsonObject).map(
    ([key, value]) => [key, typeof value === "string" ? change(value) : value] as const,
  );
  return Object.fromEntries(entries);
}

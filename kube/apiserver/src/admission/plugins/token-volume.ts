import type { JsonObject, JsonValue } from "@weir/core";
import { children, list, text } from "../../resources/draft-access.ts";

const PREFIX = "kube-api-access-";
const PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** An hour and seven seconds, which tells tokens that were mounted by default from those that somebody asked for. */
const EXPIRATION_SECONDS = 3607;

/** A Pod's spec whose containers have the token where clients look for it. */
export function mountToken(spec: JsonObject, suffix: () => string): JsonObject {
  const volumes = list(spec, "volumes");
  const known = children(spec, "volumes").find((volume) => text(volume, "name").startsWith(PREFIX));
  const name = known === undefined ? `${PREFIX}${suffix()}` : text(known, "name");
  let isNeeded = false;
  const mounted = (field: string): Record<string, JsonValue> => {
    if (!Array.isArray(spec[field])) return {};
    const containers = children(spec, field).map((container) => {
      const mounts = children(container, "volumeMounts");
      if (mounts.some((mount) => text(mount, "mountPath") === PATH)) return container;
      isNeeded = true;
      const mount = { name, readOnly: true, mountPath: PATH };
      return { ...container, volumeMounts: [...list(container, "volumeMounts"), mount] };
    });
    return { [field]: containers };
  };
  const containers = { ...mounted("initContainers"), ...mounted("containers") };
  const added = known === undefined && isNeeded ? { volumes: [...volumes, tokenVolume(name)] } : {};
  return { ...spec, ...containers, ...added };
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: EXPIRATION_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

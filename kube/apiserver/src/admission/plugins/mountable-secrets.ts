import type { JsonObject } from "@weir/core";
import { child, children, text } from "../../resources/draft-access.ts";

const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

/** Whether Pods of an account may use only the Secrets that it lists. */
export function isStrict(account: JsonObject): boolean {
  const value = child(child(account, "metadata"), "annotations")?.[ENFORCE];
  return typeof value === "string" && /^(?:1|t|T|true|TRUE|True)$/.test(value);
}

/** Why a Pod may not use what it uses; undefined where it may. */
export function secretProblem(account: JsonObject, spec: JsonObject): string | undefined {
  const allowed = namesOf(account, "secrets");
  const because = `because service account ${nameOf(account)} does not reference that`;
  for (const volume of children(spec, "volumes")) {
    const secret = child(volume, "secret");
    if (secret === undefined || allowed.has(text(secret, "secretName"))) continue;
    return `volume with secret.secretName="${text(secret, "secretName")}" is not allowed ${because} secret`;
  }
  const problem =
    containerProblem(account, spec, ["initContainers", "init container"]) ??
    containerProblem(account, spec, ["containers", "container"]);
  if (problem !== undefined) return problem;
  const pull = namesOf(account, "imagePullSecrets");
  const index = children(spec, "imagePullSecrets").findIndex((secret) => !pull.has(text(secret, "name")));
  if (index < 0) return undefined;
  const name = text(children(spec, "imagePullSecrets")[index], "name");
  return `imagePullSecrets[${index}].name="${name}" is not allowed ${because} imagePullSecret`;
}

/** The same for ephemeral containers. */
export function ephemeralSecretProblem(account: JsonObject, spec: JsonObject): string | undefined {
  return containerProblem(account, spec, ["ephemeralContainers", "ephemeral container"]);
}

function containerProblem(
  account: JsonObject,
  spec: JsonObject,
  [field, title]: readonly [string, string],
): string | undefined {
  const allowed = namesOf(account, "secrets");
  for (const container of children(spec, field)) {
    const who = `${title} ${text(container, "name")}`;
    const refused = (how: string, secret: string): string =>
      `${who} with ${how} referencing secret.secretName="${secret}" is not allowed because service account ${nameOf(account)} does not reference that secret`;
    for (const env of children(container, "env")) {
      const ref = child(child(env, "valueFrom"), "secretKeyRef");
      if (ref !== undefined && !allowed.has(text(ref, "name")))
        return refused(`envVar ${text(env, "name")}`, text(ref, "name"));
    }
    for (const source of children(container, "envFrom")) {
      const ref = child(source, "secretRef");
      if (ref !== undefined && !allowed.has(text(ref, "name"))) return refused("envFrom", text(ref, "name"));
    }
  }
  return undefined;
}

function namesOf(account: JsonObject, field: string): ReadonlySet<string> {
  return new Set(children(account, field).map((reference) => text(reference, "name")));
}

function nameOf(account: JsonObject): string {
  return text(child(account, "metadata"), "name");
}

/** The fields of volumes that name a Secret, and the field within. */
const VOLUME_SECRETS: readonly (readonly [source: string, reference: string, field: string])[] = [
  ["azureFile", "", "secretName"],
  ["cephfs", "secretRef", "name"],
  ["cinder", "secretRef", "name"],
  ["flexVolume", "secretRef", "name"],
  ["rbd", "secretRef", "name"],
  ["secret", "", "secretName"],
  ["scaleIO", "secretRef", "name"],
  ["iscsi", "secretRef", "name"],
  ["storageos", "secretRef", "name"],
  ["csi", "nodePublishSecretRef", "name"],
];

/** Every Secret that a Pod names. */
export function secretNames(spec: JsonObject): readonly string[] {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((field) =>
    children(spec, field),
  );
  const names = [
    ...children(spec, "imagePullSecrets").map((secret) => text(secret, "name")),
    ...containers.flatMap((container) => [
      ...children(container, "env").map((env) =>
        text(child(child(env, "valueFrom"), "secretKeyRef"), "name"),
      ),
      ...children(container, "envFrom").map((source) => text(child(source, "secretRef"), "name")),
    ]),
    ...children(spec, "volumes").flatMap(volumeSecrets),
  ];
  return names.filter((name) => name !== "");
}

function volumeSecrets(volume: JsonObject): readonly string[] {
  const direct = VOLUME_SECRETS.map(([source, reference, field]) => {
    const parent = child(volume, source);
    return text(reference === "" ? parent : child(parent, reference), field);
  });
  const projected = children(child(volume, "projected"), "sources").map((source) =>
    text(child(source, "secret"), "name"),
  );
  return [...direct, ...projected];
}

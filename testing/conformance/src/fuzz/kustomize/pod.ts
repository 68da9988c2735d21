import type { Dice } from "../dice.ts";
import { Raw, type Yaml, type YamlFields } from "../yaml-writer.ts";
import { IMAGES, LABEL_KEYS, NAMES, someLabels, someScalar, someText } from "./scalars.ts";

const CONTAINER_NAMES = ["main", "sidecar", "nginx", "init"] as const;
const VOLUME_NAMES = ["data", "config", "secret"] as const;

function labels(dice: Dice): Yaml | undefined {
  return dice.maybe(0.7, () => someLabels(dice));
}

export function someSelector(dice: Dice): YamlFields {
  return {
    matchLabels: labels(dice),
    matchExpressions: dice.maybe(0.2, () => [
      { key: dice.pick(LABEL_KEYS), operator: "In", values: ["a", dice.pick(["b", "1"])] },
    ]),
  };
}

function env(dice: Dice): Yaml {
  const name = dice.pick(["FOO", "BAR", "VAR_A", "PATH", "n"]);
  switch (dice.int(0, 5)) {
    case 0:
      return {
        name,
        valueFrom: {
          configMapKeyRef: { name: dice.pick(NAMES), key: "k", optional: dice.maybe(0.2, () => true) },
        },
      };
    case 1:
      return { name, valueFrom: { secretKeyRef: { name: dice.pick(NAMES), key: "k" } } };
    case 2:
      return { name, valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
    case 3:
      return { name, value: dice.pick(["$(VAR_A)", "x-$(VAR_A)", "$(VAR_B).svc", "$$(VAR_A)"]) };
    default:
      return { name, value: dice.chance(0.7) ? someText(dice) : someScalar(dice, 0.5) };
  }
}

function port(dice: Dice): Yaml {
  return {
    containerPort: dice.pick<Yaml>([80, 8080, 443, new Raw("0x50"), "80"]),
    name: dice.maybe(0.5, () => dice.pick(["http", "https"])),
    protocol: dice.maybe(0.5, () => dice.pick(["TCP", "UDP"])),
  };
}

function container(dice: Dice, index: number): YamlFields {
  return {
    name: dice.risks(0.05)
      ? dice.maybe(0.7, () => dice.pick(CONTAINER_NAMES))
      : (CONTAINER_NAMES[index] ?? "extra"),
    image: dice.maybe(0.9, () => dice.pick(IMAGES)),
    command: dice.maybe(0.3, () => ["sh", "-c", someText(dice)]),
    args: dice.maybe(0.4, () =>
      dice.many(0, 3, () => (dice.chance(0.8) ? someText(dice) : someScalar(dice, 0.5))),
    ),
    env: dice.maybe(0.6, () => (dice.chance(0.05) ? null : dice.many(0, 3, () => env(dice)))),
    envFrom: dice.maybe(0.3, () => [
      { [dice.pick(["configMapRef", "secretRef"])]: { name: dice.pick(NAMES) } },
    ]),
    ports: dice.maybe(0.4, () => dice.many(0, 3, () => port(dice))),
    resources: dice.maybe(0.3, () => ({
      limits: { cpu: dice.pick<Yaml>(["100m", 1, new Raw("0.5"), "1"]), memory: "1Gi" },
      requests: dice.chance(0.2) ? null : { cpu: "10m" },
    })),
    volumeMounts: dice.maybe(0.4, () =>
      dice.many(0, 2, () => ({ name: dice.pick(VOLUME_NAMES), mountPath: dice.pick(["/a", "/b"]) })),
    ),
    securityContext: dice.maybe(0.2, () => dice.pick<Yaml>([{}, { runAsUser: 1000 }, null])),
    livenessProbe: dice.maybe(0.2, () => ({ httpGet: { path: "/", port: dice.pick<Yaml>([80, "http"]) } })),
  };
}

function containers(dice: Dice, low: number): Yaml {
  return dice.many(low, 3, (index) => container(dice, index));
}

function volume(dice: Dice): Yaml {
  const name = dice.pick(VOLUME_NAMES);
  const target = dice.pick(NAMES);
  return dice.pick<Yaml>([
    { name, configMap: { name: target, items: [{ key: "k", path: "p" }] } },
    { name, secret: { secretName: target, defaultMode: dice.pick<Yaml>([420, new Raw("0644"), 256]) } },
    { name, persistentVolumeClaim: { claimName: target } },
    { name, emptyDir: {} },
    { name, hostPath: { path: "/var/x" } },
    {
      name,
      projected: {
        sources: [{ configMap: { name: target } }, { secret: { name: dice.pick(NAMES) } }],
      },
    },
    { name, csi: { driver: "d", nodePublishSecretRef: { name: target } } },
    { name, ephemeral: { volumeClaimTemplate: { metadata: { labels: someLabels(dice) }, spec: {} } } },
    { name, image: { reference: dice.pick(IMAGES) } },
  ]);
}

function affinity(dice: Dice): Yaml {
  const term = { labelSelector: someSelector(dice), topologyKey: "kubernetes.io/hostname" };
  const preferred = [{ weight: 100, podAffinityTerm: term }];
  return {
    [dice.pick(["podAffinity", "podAntiAffinity"])]: dice.chance(0.5)
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: preferred },
  };
}

/** The spec of a pod: every field that kustomize looks at, and some that it does not. */
export function podSpec(dice: Dice): YamlFields {
  return {
    containers: dice.risks(0.05) ? dice.pick<Yaml>([null, [], {}]) : containers(dice, 1),
    initContainers: dice.maybe(0.2, () => (dice.chance(0.1) ? null : containers(dice, 0))),
    ephemeralContainers: dice.maybe(0.05, () => containers(dice, 1)),
    volumes: dice.maybe(0.5, () => dice.many(0, 3, () => volume(dice))),
    serviceAccountName: dice.maybe(0.3, () => dice.pick([...NAMES, "default"])),
    serviceAccount: dice.maybe(0.05, () => dice.pick(NAMES)),
    imagePullSecrets: dice.maybe(0.2, () => dice.many(0, 2, () => ({ name: dice.pick(NAMES) }))),
    priorityClassName: dice.maybe(0.1, () => dice.pick(NAMES)),
    restartPolicy: dice.maybe(0.2, () => "Always"),
    nodeSelector: dice.maybe(0.2, () => someLabels(dice)),
    tolerations: dice.maybe(0.2, () => [{ key: "k", operator: "Exists", effect: "NoSchedule" }]),
    hostAliases: dice.maybe(0.1, () => [{ ip: "1.2.3.4", hostnames: ["a", "b"] }]),
    topologySpreadConstraints: dice.maybe(0.15, () => [
      {
        topologyKey: "zone",
        whenUnsatisfiable: "DoNotSchedule",
        maxSkew: 1,
        labelSelector: someSelector(dice),
      },
    ]),
    affinity: dice.maybe(0.15, () => affinity(dice)),
    securityContext: dice.maybe(0.1, () => ({ fsGroup: new Raw("0755") })),
    dnsConfig: dice.maybe(0.05, () => ({
      nameservers: ["1.1.1.1"],
      options: [{ name: "ndots", value: "2" }],
    })),
  };
}

export function podTemplate(dice: Dice): YamlFields {
  return {
    metadata: dice.maybe(0.85, () =>
      dice.chance(0.05)
        ? null
        : { labels: labels(dice), annotations: dice.maybe(0.3, () => ({ note: someText(dice) })) },
    ),
    spec: podSpec(dice),
  };
}

export function claimTemplates(dice: Dice): Yaml {
  return dice.many(1, 2, (index) => ({
    metadata: {
      name: VOLUME_NAMES[index] ?? "data",
      labels: labels(dice),
      annotations: dice.maybe(0.2, () => ({})),
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: dice.maybe(0.5, () => dice.pick(NAMES)),
      resources: { requests: { storage: "1Gi" } },
    },
  }));
}

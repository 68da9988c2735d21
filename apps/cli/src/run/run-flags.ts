import type { FlagDefinition, FlagEffect, FlagType } from "./flags.ts";

const WORKS: FlagEffect = { kind: "works" };
const NO_LIMIT = noted("requests are not limited by the client, and the server's 429 is honoured");
const NO_DECRYPTION = noted("a Kustomization with spec.decryption is Stalled as long as that is not built");
const NO_INDEX_CACHE = noted("an index is read from the artifact of its HelmRepository");
const NO_MEMORY_WATCH = noted("each render has a limit of memory of its own");
const NO_NOTIFICATION = noted("the notification controller is not built yet");
const NO_IMAGES = noted("the image controllers are not built yet");
const NO_WATCHER = noted("the source watcher is not built yet");

/** The flags of `weir run` that Flux does not have. */
const OWN_FLAGS: readonly FlagDefinition[] = [
  flag(["kubeconfig", "text", ""], WORKS, "kubeconfig of the cluster; that of KUBECONFIG by default"),
  flag(["context", "text", ""], WORKS, "context of the kubeconfig; its current one by default"),
  flag(["install-crds", "bool", "false"], WORKS, "install the definitions of all Flux kinds first"),
];

/** Flags of every controller of Flux. */
const SHARED_FLAGS: readonly FlagDefinition[] = [
  flag(["events-addr", "text", ""], WORKS, "where events are posted to, besides the Kubernetes API"),
  flag(
    ["watch-all-namespaces", "bool", "true"],
    WORKS,
    "watch all namespaces, or that of RUNTIME_NAMESPACE only",
  ),
  flag(["log-level", "text", "info"], WORKS, "trace, debug, info or error"),
  flag(["log-encoding", "text", "json"], WORKS, "json or console"),
  flag(
    ["enable-leader-election", "bool", "false"],
    WORKS,
    "work only while holding the lease of the controller",
  ),
  flag(["leader-election-release-on-cancel", "bool", "true"], WORKS, "give the lease up when ending"),
  flag(
    ["leader-election-lease-duration", "duration", "35s"],
    WORKS,
    "how long others wait for a leader that is silent",
  ),
  flag(
    ["leader-election-renew-deadline", "duration", "30s"],
    WORKS,
    "how long a leader tries to renew the lease",
  ),
  flag(["leader-election-retry-period", "duration", "5s"], WORKS, "time between two tries"),
  flag(["metrics-addr", "text", ":8080"], WORKS, "where /metrics is served; 0 serves none"),
  flag(["health-addr", "text", ":9440"], WORKS, "where /healthz and /readyz are served; 0 serves none"),
  flag(
    ["concurrent", "count", ""],
    WORKS,
    "objects of a kind reconciled at once; 2 for sources, 4 for Kustomizations and HelmReleases",
  ),
  flag(
    ["requeue-dependency", "duration", "30s"],
    WORKS,
    "when to look again for a dependency that is not there",
  ),
  flag(["watch-label-selector", "text", ""], WORKS, "labels of the objects to reconcile: one shard"),
  flag(
    ["watch-configs-label-selector", "text", "reconcile.fluxcd.io/watch=Enabled"],
    WORKS,
    "labels of ConfigMaps and Secrets whose changes wake objects",
  ),
  flag(["no-cross-namespace-refs", "bool", "false"], WORKS, "refuse sources in other namespaces"),
  flag(["min-retry-delay", "duration", "750ms"], WORKS, "shortest time before a retry"),
  flag(["max-retry-delay", "duration", "15m"], WORKS, "longest time before a retry"),
  flag(
    ["interval-jitter-percentage", "count", "5"],
    WORKS,
    "by how much an interval may be longer or shorter, in percent",
  ),
  flag(["feature-gates", "list", ""], WORKS, "feature gates as NAME=true or NAME=false"),
  flag(
    ["default-service-account", "text", ""],
    WORKS,
    "service account of Kustomizations and HelmReleases that name none",
  ),
  flag(["default-decryption-service-account", "text", ""], NO_DECRYPTION, "service account for decryption"),
  flag(
    ["default-kubeconfig-service-account", "text", ""],
    WORKS,
    "service account whose tokens reach other clusters, where their ConfigMap names none",
  ),
  flag(["kube-api-qps", "text", "50"], NO_LIMIT, "requests per second"),
  flag(["kube-api-burst", "count", "300"], NO_LIMIT, "requests at once"),
  flag(["insecure-kubeconfig-exec", "bool", "false"], WORKS, "let kubeconfigs of objects name programs"),
  flag(["insecure-kubeconfig-tls", "bool", "false"], WORKS, "let kubeconfigs of objects skip verification"),
  flag(["token-cache-max-size", "count", "100"], WORKS, "tokens for other clusters kept"),
  flag(["token-cache-max-duration", "duration", "1h"], WORKS, "how long tokens are kept at most"),
];

/** Flags of source-controller. */
const SOURCE_FLAGS: readonly FlagDefinition[] = [
  flag(["storage-path", "text", ""], WORKS, "folder of artifacts; one in the state folder by default"),
  flag(["storage-addr", "text", ":9090"], WORKS, "where artifacts are served"),
  flag(
    ["storage-adv-addr", "text", ""],
    WORKS,
    "host and port that artifact URLs name; the own ones by default",
  ),
  flag(["artifact-retention-ttl", "duration", "1m"], WORKS, "how long old artifacts are kept"),
  flag(["artifact-retention-records", "count", "2"], WORKS, "how many artifacts of an object are kept"),
  flag(
    ["artifact-digest-algo", "text", "sha256"],
    { kind: "refused", unless: ["sha256"], because: "artifacts are digested by sha256" },
    "digest of artifacts",
  ),
  flag(
    ["ssh-kex-algos", "list", ""],
    refused("the ssh program chooses; set KexAlgorithms in its own configuration"),
    "key exchange algorithms",
  ),
  flag(
    ["ssh-hostkey-algos", "list", ""],
    refused("the ssh program chooses; set HostKeyAlgorithms in its own configuration"),
    "host key algorithms",
  ),
  flag(["helm-index-max-size", "count", "52428800"], WORKS, "longest index of a HelmRepository, in bytes"),
  flag(["helm-chart-max-size", "count", "10485760"], WORKS, "longest archive of a chart, in bytes"),
  flag(["helm-chart-file-max-size", "count", "5242880"], WORKS, "longest file of a chart, in bytes"),
  flag(["helm-cache-max-size", "count", "0"], NO_INDEX_CACHE, "indexes kept"),
  flag(["helm-cache-ttl", "duration", "15m"], NO_INDEX_CACHE, "how long an index is kept"),
  flag(["helm-cache-purge-interval", "duration", "1m"], NO_INDEX_CACHE, "how often old indexes are dropped"),
];

/** Flags of kustomize-controller. */
const KUSTOMIZE_FLAGS: readonly FlagDefinition[] = [
  flag(["concurrent-ssa", "count", "4"], WORKS, "objects of a Kustomization dry-run at once"),
  flag(["override-manager", "list", ""], WORKS, "field managers whose changes are undone"),
  flag(["no-remote-bases", "bool", "false"], noted("remote bases are always refused"), "refuse remote bases"),
  flag(["http-retry", "count", "9"], WORKS, "how often a failed download of an artifact is tried again"),
  flag(["sops-age-secret", "text", ""], NO_DECRYPTION, "Secret with age keys for all"),
  flag(["sops-vault-configmap", "text", ""], NO_DECRYPTION, "ConfigMap with the address of a vault"),
  flag(
    ["custom-apply-stage-kinds", "list", ""],
    refused("stages of one's own are not built yet, and the order of an apply would be another one"),
    "kinds that are applied before others",
  ),
];

/** Flags of helm-controller. */
const HELM_FLAGS: readonly FlagDefinition[] = [
  flag(["graceful-shutdown-timeout", "duration", "600s"], WORKS, "how long what runs may take to end"),
  flag(
    ["snapshot-digest-algo", "text", "sha256"],
    { kind: "refused", unless: ["sha256"], because: "snapshots of releases are digested by sha256" },
    "digest of release snapshots",
  ),
  flag(
    ["http-timeout", "duration", "30s"],
    noted("a slow download ends with its reconcile"),
    "longest download",
  ),
  flag(
    ["oom-watch-memory-threshold", "count", "95"],
    NO_MEMORY_WATCH,
    "memory in percent at which work stops",
  ),
  flag(["oom-watch-interval", "duration", "500ms"], NO_MEMORY_WATCH, "how often memory is looked at"),
  flag(["oom-watch-max-memory-path", "text", ""], NO_MEMORY_WATCH, "file with the limit"),
  flag(["oom-watch-current-memory-path", "text", ""], NO_MEMORY_WATCH, "file with the usage"),
];

/** Flags of controllers that are not there yet: taken, so that the arguments of an existing Deployment work. */
const OTHER_FLAGS: readonly FlagDefinition[] = [
  flag(["receiverAddr", "text", ":9292"], NO_NOTIFICATION, "where webhooks are received"),
  flag(["rate-limit-interval", "duration", "5m"], NO_NOTIFICATION, "how long a repeated event is dropped"),
  flag(["export-http-path-metrics", "bool", "false"], NO_NOTIFICATION, "label metrics with paths"),
  flag(["storage-value-log-file-size", "count", "1073741823"], NO_IMAGES, "largest file of the tag database"),
  flag(["storage-compression-threshold", "count", "64"], NO_IMAGES, "size from which values are packed"),
  flag(["gc-interval", "count", "10"], NO_IMAGES, "minutes between collections"),
  flag(["reconciliation-timeout", "duration", "10m"], NO_WATCHER, "longest reconcile"),
];

/** Every flag that `weir run` takes. */
export const RUN_FLAGS: readonly FlagDefinition[] = [
  ...OWN_FLAGS,
  ...SHARED_FLAGS,
  ...SOURCE_FLAGS,
  ...KUSTOMIZE_FLAGS,
  ...HELM_FLAGS,
  ...OTHER_FLAGS,
];

/** The flags as the help shows them: those that work, then the names of the rest. */
export function describeFlags(): string {
  const working = RUN_FLAGS.filter(({ effect }) => effect.kind === "works");
  const width = Math.max(...working.map(({ name }) => name.length));
  const lines = working.map(({ name, help, default: value }) => {
    const shown = value === "" ? "" : ` (${value})`;
    return `  --${name.padEnd(width)}  ${help}${shown}`;
  });
  const noted = RUN_FLAGS.filter(({ effect }) => effect.kind === "noted").map(({ name }) => `--${name}`);
  const limited = RUN_FLAGS.filter(({ effect }) => effect.kind === "refused").map(({ name }) => `--${name}`);
  return [
    "\nFlags, as Flux's controllers take them:",
    ...lines,
    `\nTaken, and change nothing: ${noted.join(", ")}`,
    `\nRefused but for their defaults: ${limited.join(", ")}`,
    "",
  ].join("\n");
}

function flag(
  [name, type, value]: readonly [name: string, type: FlagType, value: string],
  effect: FlagEffect,
  help: string,
): FlagDefinition {
  return { name, type, default: value, effect, help };
}

function noted(note: string): FlagEffect {
  return { kind: "noted", note };
}

function refused(because: string): FlagEffect {
  return { kind: "refused", unless: [""], because };
}

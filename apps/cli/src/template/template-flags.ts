import type { HelmFlag } from "./helm-flags.ts";

const NO_CLUSTER = "templates are rendered without a cluster";
const NO_EXEC = "no program is run; a HelmRelease takes kustomize patches and images";
const NO_VERIFY = "provenance files are not checked";

/** The flags that give a chart its values. */
export const VALUE_FLAGS: readonly HelmFlag[] = [
  { name: "values", short: "f", kind: "slice", help: "values file or URL, - for standard input; may repeat" },
  { name: "set", kind: "array", help: "values: key1=val1,key2=val2; may repeat" },
  { name: "set-string", kind: "array", help: "values that are texts: key1=val1,key2=val2; may repeat" },
  {
    name: "set-file",
    kind: "array",
    help: "values that are read from files: key1=path1,key2=path2; may repeat",
  },
  { name: "set-json", kind: "array", help: 'JSON values: key1=jsonval1, or {"key1": jsonval1}; may repeat' },
  { name: "set-literal", kind: "array", help: "a value that is a text, taken as it is; may repeat" },
];

/** The flags that say what a chart is rendered for. */
export const CONTEXT_FLAGS: readonly HelmFlag[] = [
  { name: "kube-version", kind: "text", help: "Kubernetes version: .Capabilities.KubeVersion" },
  {
    name: "api-versions",
    short: "a",
    kind: "slice",
    help: "more Kubernetes API versions: .Capabilities.APIVersions; may repeat",
  },
  { name: "is-upgrade", kind: "bool", help: "set .Release.IsUpgrade instead of .Release.IsInstall" },
  { name: "include-crds", kind: "bool", help: "print the CRDs of the chart, too" },
  { name: "no-hooks", kind: "bool", help: "leave hooks out" },
  { name: "skip-tests", kind: "bool", help: "leave tests out" },
  { name: "skip-schema-validation", kind: "bool", help: "do not check the values against schemas" },
];

const OWN_FLAGS: readonly HelmFlag[] = [
  {
    name: "show-only",
    short: "s",
    kind: "array",
    help: "print what comes of these templates only; may repeat",
  },
  { name: "output-dir", kind: "text", help: "write files into this folder instead of standard output" },
  { name: "release-name", kind: "bool", help: "put the name of the release into the path of --output-dir" },
  { name: "name-template", kind: "text", help: "template that names the release" },
  { name: "generate-name", short: "g", kind: "bool", help: "make up a name for the release" },
  { name: "validate", kind: "bool", refused: NO_CLUSTER, deprecated: "use '--dry-run=server' instead" },
  { name: "post-renderer", kind: "text", refused: NO_EXEC },
  { name: "post-renderer-args", kind: "slice", refused: NO_EXEC },
  { name: "verify", kind: "bool", refused: NO_VERIFY },
  { name: "enable-dns", kind: "bool", refused: "templates do not reach the network" },
  { name: "dry-run", kind: "text", bare: "unset" },
  {
    name: "hide-notes",
    kind: "bool",
    deprecated: "this flag has no effect for 'helm template' and will be removed in Helm 5",
  },
  {
    name: "render-subchart-notes",
    kind: "bool",
    deprecated: "this flag has no effect for 'helm template' and will be removed in Helm 5",
  },
  { name: "force", kind: "bool", deprecated: "use --force-replace instead" },
  { name: "atomic", kind: "bool", deprecated: "use --rollback-on-failure instead" },
];

/** They speak of where a chart is fetched from. */
export const FETCH_FLAGS: readonly HelmFlag[] = [
  { name: "dependency-update", kind: "bool", help: "fetch dependencies that are missing" },
  { name: "repo", kind: "text", help: "URL of the repository that the chart is in" },
  { name: "version", kind: "text", help: "version of the chart, or a range; the latest by default" },
  { name: "devel", kind: "bool", help: "take versions that are not released, too" },
  { name: "username", kind: "text", help: "user of the repository" },
  { name: "password", kind: "text", help: "password of the repository" },
  { name: "plain-http", kind: "bool", help: "speak HTTP with a registry" },
  { name: "insecure-skip-tls-verify", kind: "bool", help: "do not verify the server's certificate" },
  { name: "ca-file", kind: "text", help: "authorities of the server's certificate" },
  { name: "cert-file", kind: "text", help: "client certificate" },
  { name: "key-file", kind: "text", help: "key of the client certificate" },
  { name: "pass-credentials", kind: "bool", help: "give user and password to all hosts" },
  { name: "keyring", kind: "text" },
];

/** helm takes them, and they change nothing that a template prints. */
const INERT_FLAGS: readonly HelmFlag[] = [
  ...[
    "create-namespace",
    "disable-openapi-validation",
    "force-conflicts",
    "force-replace",
    "replace",
    "rollback-on-failure",
    "server-side",
    "skip-crds",
    "take-ownership",
    "wait-for-jobs",
  ].map((name): HelmFlag => ({ name, kind: "bool" })),
  { name: "wait", kind: "wait", bare: "watcher" },
  { name: "labels", short: "l", kind: "pairs" },
  { name: "description", kind: "text" },
  { name: "timeout", kind: "duration" },
];

/** The flags of every command of helm: without a cluster, few have an effect. */
export const GLOBAL_FLAGS: readonly HelmFlag[] = [
  { name: "namespace", short: "n", kind: "text", help: "namespace of the release" },
  { name: "debug", kind: "bool", help: "print what was rendered even where it is not valid" },
  { name: "registry-config", kind: "text", help: "docker configuration with the credentials of registries" },
  { name: "kube-insecure-skip-tls-verify", kind: "bool" },
  { name: "kube-as-group", kind: "array" },
  { name: "burst-limit", kind: "int" },
  { name: "qps", kind: "float" },
  ...[
    "color",
    "colour",
    "content-cache",
    "kube-apiserver",
    "kube-as-user",
    "kube-ca-file",
    "kube-context",
    "kube-tls-server-name",
    "kube-token",
    "kubeconfig",
    "repository-cache",
    "repository-config",
  ].map((name): HelmFlag => ({ name, kind: "text" })),
];

/** All flags of `helm template`. */
export const TEMPLATE_FLAGS: readonly HelmFlag[] = [
  ...VALUE_FLAGS,
  ...CONTEXT_FLAGS,
  ...OWN_FLAGS,
  ...FETCH_FLAGS,
  ...INERT_FLAGS,
  ...GLOBAL_FLAGS,
  { name: "help", short: "h", kind: "bool" },
];

/** The lines of help for those flags that have an effect. */
export function describeHelmFlags(flags: readonly HelmFlag[]): string {
  const lines = flags.flatMap(({ name, short, kind, help }) => {
    if (help === undefined) return [];
    const left = `${short === undefined ? "    " : `-${short}, `}--${name}${kind === "bool" ? "" : " <value>"}`;
    return [`  ${left.padEnd(30)} ${help}`];
  });
  return `${lines.join("\n")}\n`;
}

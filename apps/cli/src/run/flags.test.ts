import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CommandError } from "../cli-error.ts";
import { leaseOf } from "./components.ts";
import { type FlagDefinition, parseFlags } from "./flags.ts";
import { describeFlags, RUN_FLAGS } from "./run-flags.ts";
import { parseRunArguments, type RunOptions } from "./run-options.ts";

const WORKS = { kind: "works" } as const;
const FLAGS: readonly FlagDefinition[] = [
  { name: "text", type: "text", default: "t", effect: WORKS, help: "" },
  { name: "on", type: "bool", default: "false", effect: WORKS, help: "" },
  { name: "many", type: "list", default: "", effect: WORKS, help: "" },
  { name: "wait", type: "duration", default: "30s", effect: WORKS, help: "" },
  { name: "idle", type: "text", default: "", effect: { kind: "noted", note: "there is none" }, help: "" },
  {
    name: "never",
    type: "text",
    default: "",
    effect: { kind: "refused", unless: [""], because: "it would harm" },
    help: "",
  },
];

describe("parseFlags", () => {
  test("reads flags as pflag does", () => {
    const args = [
      "one",
      "--text",
      "x=y",
      "--on",
      "two",
      "--many=a,b",
      "--many",
      "c",
      "--wait=1m30s",
      "--",
      "--on",
    ];
    const { operands, values, notes } = parseFlags(args, FLAGS);
    expect(operands).toEqual(["one", "two", "--on"]);
    expect([values.text("text"), values.bool("on"), values.list("many"), values.durationMs("wait")]).toEqual([
      "x=y",
      true,
      ["a", "b", "c"],
      90_000,
    ]);
    expect(notes).toEqual([]);
  });

  test("fills in defaults, and says which flags were given", () => {
    const { values } = parseFlags(["--on=false"], FLAGS);
    expect([values.text("text"), values.durationMs("wait"), values.list("many")]).toEqual(["t", 30_000, []]);
    expect([values.given("on"), values.given("text")]).toEqual(["false", undefined]);
  });

  test("takes a flag that changes nothing, with a note", () => {
    expect(parseFlags(["--idle=5"], FLAGS).notes).toEqual(["--idle changes nothing: there is none"]);
  });

  test.each([
    [["--other"], "unknown flag: --other"],
    [["-x"], "unknown shorthand flag in -x"],
    [["--text"], "flag needs an argument: --text"],
    [["--on=maybe"], 'invalid argument "maybe" for "--on" flag'],
    [["--wait=soon"], 'invalid argument "soon" for "--wait" flag'],
    [["--never=x"], "--never=x is refused: it would harm"],
  ])("refuses %j", (args, message) => {
    expect(() => parseFlags(args, FLAGS)).toThrow(new CommandError("InvalidFlag", message));
  });
});

/** The arguments that Flux's own manifests give its controllers. */
const FLUX_ARGUMENTS = [
  "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
  "--watch-all-namespaces=true",
  "--log-level=info",
  "--log-encoding=json",
  "--enable-leader-election",
  "--storage-path=/data",
  "--storage-adv-addr=source-controller.flux-system.svc.cluster.local.",
];

describe("parseRunArguments", () => {
  const options = (...args: string[]): RunOptions => parseRunArguments(args).options;

  test("takes the arguments of Flux's own manifests without a note", () => {
    const { options: parsed, notes } = parseRunArguments(["source", ...FLUX_ARGUMENTS]);
    expect(notes).toEqual([]);
    expect(parsed.components).toEqual(["source-controller"]);
    expect(parsed.source).toMatchObject({ storagePath: "/data", listen: { host: "", port: 9090 } });
    expect(parsed.election).toEqual({
      releaseOnStop: true,
      leaseDurationMs: 35_000,
      renewDeadlineMs: 30_000,
      retryPeriodMs: 5_000,
    });
  });

  test("runs every controller by default, and named ones once, in order", () => {
    expect(options().components).toEqual(["source-controller", "kustomize-controller", "helm-controller"]);
    expect(options("kustomize", "source-controller", "source").components).toEqual([
      "source-controller",
      "kustomize-controller",
    ]);
  });

  test("turns percent, gates and addresses into what controllers take", () => {
    const parsed = options(
      "--interval-jitter-percentage=10",
      "--feature-gates=ExternalArtifact=true,StrictPostBuildSubstitutions=false",
      "--metrics-addr=[::1]:0",
      "--health-addr=0",
      "--concurrent=7",
    );
    expect(parsed).toMatchObject({
      intervalJitter: 0.1,
      gates: { additiveCELDependencyCheck: false, externalArtifact: true, strictSubstitutions: false },
      metrics: { host: "::1", port: 0 },
      health: undefined,
      concurrency: 7,
    });
  });

  test.each([
    [["image"], "there is no controller image: there are source, kustomize, helm"],
    [["--snapshot-digest-algo=sha512"], "snapshots of releases are digested by sha256"],
    [["--artifact-digest-algo=sha512"], "artifacts are digested by sha256"],
    [["--metrics-addr=8080"], "want host:port"],
    [["--events-addr=ftp://x"], "want an http URL"],
    [["--log-level=loud"], "one of trace, debug, info, error"],
    [["--concurrent=0"], "must be 1 or more"],
    [["--default-kubeconfig-service-account=a"], "when the feature gate ObjectLevelWorkloadIdentity is not"],
    [["--feature-gates=Nope=true"], "feature-gate 'Nope' not supported"],
  ])("refuses %j", (args, message) => {
    expect(() => parseRunArguments(args)).toThrow(message);
  });

  test("reads what concerns the tokens for other clusters", () => {
    const gate = "--feature-gates=ObjectLevelWorkloadIdentity=true";
    const parsed = options(gate, "--default-kubeconfig-service-account=a", "--token-cache-max-duration=30m");
    expect(parsed.gates.objectLevelWorkloadIdentity).toBe(true);
    expect(parsed.kustomize).toMatchObject({
      defaultKubeconfigServiceAccount: "a",
      tokenCacheMaxSize: 100,
      tokenCacheMaxDurationMs: 1_800_000,
    });
  });

  test("notes a gate that is not built, and not one that is as we are", () => {
    expect(parseRunArguments(["--feature-gates=OOMWatch=true,FluxStorage=false"]).notes).toEqual([
      "feature-gate OOMWatch=true changes nothing: it is not built",
    ]);
  });
});

describe("leaseOf", () => {
  const election = electionFlags();
  test("is Flux's own, with a suffix of its own for each shard", () => {
    expect(leaseOf("source-controller", { election, selector: "" }, "ns")).toMatchObject({
      name: "source-controller-leader-election",
      namespace: "ns",
    });
    expect(leaseOf("source-controller", { election, selector: "bar" }, "ns")?.name).toBe(
      "source-controller-leader-election-fcde2b2e",
    );
    expect(leaseOf("source-controller", { election: undefined, selector: "" }, "ns")).toBeUndefined();
  });
});

function electionFlags(): RunOptions["election"] {
  return parseRunArguments(["--enable-leader-election"]).options.election;
}

test("the help names every flag once", () => {
  const help = describeFlags();
  for (const { name } of RUN_FLAGS) expect(help).toContain(`--${name}`);
  expect(new Set(RUN_FLAGS.map(({ name }) => name)).size).toBe(RUN_FLAGS.length);
});

test("the documentation names every flag", () => {
  const text = readFileSync(new URL("../../../../docs/cli/run.md", import.meta.url), "utf8");
  expect(RUN_FLAGS.filter(({ name }) => !text.includes(`\`--${name}\``)).map(({ name }) => name)).toEqual([]);
});

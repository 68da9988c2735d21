import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { packDirectory } from "@weir/artifact";
import {
  createMemoryRegistryStore,
  createNodeSender,
  pushArtifact,
  pushChart,
  RegistryClient,
  type RegistryServer,
} from "@weir/oci";
import { type ChartRepositoryServer, startChartRepository, startRegistry } from "@weir/testkit";

/** The servers of charts and artifacts behind the recordings, with what theirs served. */
export interface RecordedServers extends AsyncDisposable {
  readonly charts: ChartRepositoryServer;
  readonly registry: RegistryServer;
  /** The same registry for a user `user` with the password `pass`. */
  readonly authRegistry: RegistryServer;
  /** What is pushed here has other digests than there: this run's to the recorded one, the longest first. */
  readonly digests: readonly (readonly [own: string, recorded: string])[];
  /** Digests of archives that are passed on as they are, so equal here and there. */
  readonly passedOn: ReadonlySet<string>;
}

const NOT_AN_INDEX = "hello: world\n";

/**
 * Manifests of the recordings by their names in the registry. They hold the time of the push, which the recordings mask, so
 * their digests cannot be made again; those are what revisions say of these names.
 */
const RECORDED_DIGESTS: Readonly<Record<string, string>> = {
  "app:v1.0.0": "ee480a60e9948188752142fdcb39b4d8792a4541e113868dfdb6534e650767a3",
  "app:v1.1.0": "702ff7625b35e7e443ee5453c76bb00ed6befd9db5a162d5c8f086d8bdb267c0",
  "charts/demo:1.0.0": "fbdaf993a7757fc717701c06dc8f198c373f182e84eb990dd363356890562bb4",
  "charts/demo:1.1.0": "47c22c69084bbfcb3c016a51dcd9a732aa943d5fc5d1736cda539e60bda28003",
};
/** How much of a digest stands in the version of a chart. */
const SHORT_DIGEST = 12;
/** Masked like the times of the recorded pushes, which times of 2024 are not. */
const CREATED = "2026-01-01T00:00:00Z";

/** Starts the servers and fills them from the corpus. */
export async function startRecordedServers(corpus: string): Promise<RecordedServers> {
  await using starting = new AsyncDisposableStack();
  const folder = join(corpus, "flux");
  const chartFiles = readdirSync(join(folder, "charts"))
    .filter((name) => name.endsWith(".tgz") || name === "index.yaml")
    .map((name) => ({ name, bytes: readFileSync(join(folder, "charts", name)) }));
  const files = new Map<string, string | Uint8Array>([["bad/index.yaml", NOT_AN_INDEX]]);
  for (const { name, bytes } of chartFiles) files.set(`main/${name}`, bytes);
  const charts = starting.use(await startChartRepository({ files }));

  const store = createMemoryRegistryStore();
  const registry = starting.use(await startRegistry({ store }));
  const users = [{ username: "user", password: "pass" }];
  const authRegistry = starting.use(await startRegistry({ store, auth: { kind: "basic", users } }));
  const archives = chartFiles.filter(({ name }) => name.endsWith(".tgz")).map(({ bytes }) => bytes);
  const digests = await fillRegistry(registry.registry, archives, join(folder, "oci"));
  const running = starting.move();
  return {
    charts,
    registry,
    authRegistry,
    digests,
    passedOn: new Set(archives.map((bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function fillRegistry(
  registry: string,
  archives: readonly Uint8Array[],
  artifacts: string,
): Promise<RecordedServers["digests"]> {
  using sender = createNodeSender();
  const client = new RegistryClient({ sender, access: "plain" });
  const pushed = new Map<string, string>();
  for (const archive of archives) {
    const parent = { registry, path: "charts" };
    const { name, version, descriptor } = await pushChart(client, { parent, archive, created: CREATED });
    pushed.set(`charts/${name}:${version}`, descriptor.digest);
  }
  for (const artifact of recordedArtifacts(artifacts)) {
    const content = await packed(artifact.folder);
    for (const tag of artifact.tags) {
      const reference = { registry, repository: "app", tag };
      const { digest } = await pushArtifact(client, { ...artifact, reference, content, created: CREATED });
      pushed.set(`app:${tag}`, digest);
    }
  }
  const known = [...pushed].flatMap(([name, digest]): [string, string][] => {
    const recorded = RECORDED_DIGESTS[name];
    return recorded === undefined ? [] : [[digest.slice("sha256:".length), recorded]];
  });
  const short = known.map(
    ([own, recorded]) => [own.slice(0, SHORT_DIGEST), recorded.slice(0, SHORT_DIGEST)] as const,
  );
  return [...known, ...short];
}

function recordedArtifacts(folder: string) {
  const source = "https://example.com/app";
  return [
    {
      folder: join(folder, "a"),
      tags: ["v1.0.0", "latest", "v1.0.1-rc.1"],
      source,
      revision: "main@sha1:abc58304a61ef3fcc6183b704d7f47a294926806",
      annotations: { "org.opencontainers.image.license": "Apache-2.0" },
    },
    {
      folder: join(folder, "b"),
      tags: ["v1.1.0"],
      source,
      revision: "main@sha1:bbc58304a61ef3fcc6183b704d7f47a294926806",
      annotations: {},
    },
  ] as const;
}

async function packed(folder: string): Promise<Uint8Array> {
  const sink = new PassThrough();
  const [bytes] = await Promise.all([buffer(sink), packDirectory(folder, sink, { patterns: [] })]);
  return bytes;
}

import { GitRepository, Kustomization } from "@weir/api";
import type { KubeClient } from "@weir/client";
import { kind } from "@weir/sdk";
import { startToolkit, type TestRepository, type Toolkit } from "@weir/testkit";
import { countRequests, type RequestCounter } from "./request-counter.ts";
import { ReadyWatch } from "./ready-watch.ts";

/** The namespace of everything that a scenario creates. */
export const NAMESPACE = "bench";
/** The name of the source. */
export const SOURCE = "fleet";

/** An embedded cluster with both controllers, one source and its repository. */
export interface FleetToolkit extends AsyncDisposable {
  readonly toolkit: Toolkit;
  readonly client: KubeClient;
  readonly repository: TestRepository;
  /** Requests of the controllers, not those of the scenario or of the cluster's own loops. */
  readonly requests: RequestCounter;
  readonly kustomizations: ReadyWatch;
}

/** The toolkit as `weir up --storage memory` runs it: all loops of the cluster, all defaults of the controllers. */
export async function startFleet(
  files: Readonly<Record<string, string>>,
  searchPath: string,
): Promise<FleetToolkit> {
  await using starting = new AsyncDisposableStack();
  let requests: RequestCounter | undefined;
  const toolkit = starting.use(
    await startToolkit({
      searchPath,
      transport: (inner) => {
        requests = countRequests(inner);
        return requests.transport;
      },
    }),
  );
  const { client, git } = toolkit;
  const repository = await git.repository(SOURCE);
  await repository.commit({ files });
  await createNamespace(client);
  await createSource(client, SOURCE, `${git.url}/${SOURCE}.git`);
  const kustomizations = starting.use(new ReadyWatch(client, Kustomization, NAMESPACE));
  if (requests === undefined) throw new TypeError("the toolkit has no transport");
  requests.take();
  const running = starting.move();
  return {
    toolkit,
    client,
    repository,
    requests,
    kustomizations,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Creates the scenarios' namespace. */
export async function createNamespace(client: KubeClient): Promise<void> {
  await client.create(kind("v1", "Namespace"), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE },
  });
}

/** Creates a source and waits for its artifact. */
export async function createSource(client: KubeClient, name: string, url: string): Promise<void> {
  await using sources = new ReadyWatch(client, GitRepository, NAMESPACE);
  await client.create(GitRepository, {
    metadata: { namespace: NAMESPACE, name },
    spec: { url, interval: "10m", ref: { branch: "main" } },
  });
  await sources.ready([name]);
}

/** Creates a Kustomization over the scenario's source. */
export async function createKustomization(
  client: KubeClient,
  name: string,
  spec: {
    readonly path: string;
    readonly namePrefix?: string;
    readonly wait?: boolean;
    /** The scenario's own by default. */
    readonly source?: string;
    readonly dependsOn?: readonly { readonly name: string }[];
  },
): Promise<void> {
  const { dependsOn, source = SOURCE, ...rest } = spec;
  await client.create(Kustomization, {
    metadata: { namespace: NAMESPACE, name },
    spec: {
      interval: "10m",
      prune: true,
      targetNamespace: NAMESPACE,
      sourceRef: { kind: "GitRepository", name: source },
      ...rest,
      ...(dependsOn === undefined ? {} : { dependsOn: [...dependsOn] }),
    },
  });
}

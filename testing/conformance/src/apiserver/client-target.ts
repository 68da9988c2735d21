import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { type Connection, connect, createClient, type KubeClient, loadKubeconfig } from "@weir/client";
import { createAuthority, listenHttps, writeKubeconfig } from "@weir/cluster";
import { silentLogger, systemClock } from "@weir/core";
import { findControlPlane, startControlPlane } from "@weir/testkit";

/** An API that kubectl and helm reach, without any controllers behind it. */
export interface ClientTarget extends AsyncDisposable {
  readonly kubeconfig: string;
  /** For what happens to objects between commands. */
  readonly client: KubeClient;
}

const administrator = { name: "admin", uid: "admin-uid", groups: ["system:masters"] };

/** Our own API behind HTTPS. */
export async function embeddedClientTarget(): Promise<ClientTarget> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "weir-clients-api-"));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const storage = starting.use(createMemoryStorage());
  const token = "admin-token";
  const auth = { tokens: new Map([[token, administrator]]), authorization: "RBAC" } as const;
  const server = starting.use(await createApiServer({ storage, auth }));
  const authority = createAuthority("clients-ca", systemClock.now());
  const identity = authority.issue({ dns: ["localhost"], ips: ["127.0.0.1"] });
  const handle = server.handle.bind(server);
  const listener = starting.use(
    await listenHttps({
      host: "127.0.0.1",
      port: 0,
      identity,
      logger: silentLogger,
      handle: (request) => handle(request),
    }),
  );
  const kubeconfig = join(folder, "kubeconfig");
  const { certificate: certificateAuthority } = authority;
  await writeKubeconfig(kubeconfig, { name: "clients", url: listener.url, token, certificateAuthority });
  const connection: Connection = starting.use(connect(await loadKubeconfig(kubeconfig)));
  const running = starting.move();
  return {
    kubeconfig,
    client: createClient({ ...connection, userAgent: "weir-test" }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A kube-apiserver; throws where there is none. */
export async function realClientTarget(): Promise<ClientTarget> {
  const programs = await findControlPlane();
  if (programs.kind === "absent") throw new TypeError(programs.reason);
  return startControlPlane({ programs, administratorUid: administrator.uid });
}

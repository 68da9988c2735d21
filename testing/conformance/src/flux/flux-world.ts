import { createClient, type KubeClient } from "@weir/client";
import { fluxControllers, startToolkit, type Toolkit } from "@weir/testkit";
import { controllerOptions } from "./profile.ts";
import type { Substitutions } from "./normalize.ts";
import { WatchRecorder } from "./watch-recorder.ts";

/** An embedded cluster run as the recordings ran theirs, with servers and controllers, that scenarios share. */
export interface FluxWorld extends AsyncDisposable {
  readonly toolkit: Toolkit;
  readonly recorder: WatchRecorder;
  /** Named in managedFields as the recordings' own requests were. */
  readonly client: KubeClient;
  readonly substitutions: Substitutions;
}

/** Starts a world for a profile; `undefined` for one that is not known. */
export async function startFluxWorld(profile: string): Promise<FluxWorld | undefined> {
  const options = controllerOptions(profile);
  if (options === undefined) return undefined;
  await using starting = new AsyncDisposableStack();
  const toolkit = starting.use(
    await startToolkit({
      searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
      cluster: {
        loops: {
          namespaces: "finalizer-only",
          garbage: false,
          accounts: false,
          rootCertificate: false,
          workloads: "status-only",
        },
        statusAnnotation: "test.local/status",
      },
      controllers: (parts) => fluxControllers(parts, options),
    }),
  );
  const recorder = starting.use(new WatchRecorder(toolkit.client));
  await recorder.start();
  const { transport } = toolkit.cluster;
  const client = createClient({ transport, userAgent: "python-requests/2" });
  const running = starting.move();
  return {
    toolkit,
    recorder,
    client,
    substitutions: substitutionsOf(toolkit),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function substitutionsOf({ git, artifactUrl }: Toolkit): Substitutions {
  const servers = { GIT: git.url, STORAGE: artifactUrl };
  const bases = Object.entries(servers).map(([name, url]) => [url, `\${${name}}`] as const);
  const hosts = Object.entries(servers).map(([name, url]) => [new URL(url).host, `\${${name}HOST}`] as const);
  return { placeholders: [...bases, ...hosts] };
}

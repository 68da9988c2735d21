import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { isArtifactPath } from "./storage/artifact-storage.ts";

/** A running file server. */
export interface ArtifactServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, whatever the host. */
  readonly url: string;
}

/** Answers GET and HEAD of artifact paths under a folder, and 404 for everything else. */
export function artifactRoutes(root: string): Hono {
  const routes = new Hono();
  routes.get("/:kind/:namespace/:name/:file", async (context) => {
    const { kind, namespace, name, file } = context.req.param();
    const path = `${kind}/${namespace}/${name}/${file}`;
    if (!isArtifactPath(path)) return context.notFound();
    const found = await stat(join(root, path)).catch(() => undefined);
    if (found === undefined || !found.isFile()) return context.notFound();
    const headers = {
      "content-length": String(found.size),
      "content-type":
        file.endsWith(".gz") || file.endsWith(".tgz") ? "application/gzip" : "application/octet-stream",
    };
    if (context.req.method === "HEAD") return context.body(null, 200, headers);
    const stream = Readable.toWeb(createReadStream(join(root, path))) as ReadableStream<Uint8Array>;
    return context.body(stream, 200, headers);
  });
  return routes;
}

/** Serves a folder of artifacts over HTTP, on loopback unless a host is named; `port` 0 takes a free one. */
export function serveArtifacts(root: string, port = 0, host = "127.0.0.1"): Promise<ArtifactServer> {
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: artifactRoutes(root).fetch, hostname: host, port },
      (address: AddressInfo) => {
        resolve({
          url: `http://127.0.0.1:${address.port}`,
          [Symbol.asyncDispose]: () =>
            new Promise((done) => {
              server.close(() => done());
              if ("closeAllConnections" in server) server.closeAllConnections();
            }),
        });
      },
    );
    server.on("error", reject);
  });
}

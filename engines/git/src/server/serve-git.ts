import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { createGitHttpHandler, type GitHttpOptions } from "./git-http-handler.ts";

/** A running Git server on loopback. */
export interface GitServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; a repository is below it at the path that `find` knows. */
  readonly url: string;
}

/** Serves repositories for reading over HTTP on loopback; `port` 0 takes a free one. */
export function serveGit(options: GitHttpOptions, port = 0): Promise<GitServer> {
  return new Promise((resolve, reject) => {
    const listener = { fetch: createGitHttpHandler(options), hostname: "127.0.0.1", port };
    const server = serve(listener, (address: AddressInfo) => {
      resolve({
        url: `http://127.0.0.1:${address.port}`,
        [Symbol.asyncDispose]: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    server.on("error", reject);
  });
}

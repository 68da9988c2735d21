import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { type Clock, systemClock } from "@weir/core";
import { createGitHttpHandler } from "@weir/git";
import { answerOfFault, type GitFaults, usualGitFaults } from "./git-fault.ts";
import { TestRepository } from "./test-repository.ts";

/** How a test's Git server is made. */
export interface GitTestServerOptions {
  /** The PATH under which git is found. */
  readonly searchPath: string;
  /** `usualGitFaults` by default. */
  readonly faults?: GitFaults;
  readonly clock?: Clock;
  /** PEM of its certificate and key, where it is to speak HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Sees each request before it is answered. */
  readonly onRequest?: (request: Request) => void;
}

/** A Git server on loopback with faults; it and its repositories go when it is disposed. */
export interface GitTestServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, or `https://…`; a repository is at `/<name>.git`, and with a fault at `/<fault>/<name>.git`. */
  readonly url: string;
  /** The repository of that name, made empty when it is first asked for. Until then the server answers 404. */
  repository(name: string): Promise<TestRepository>;
}

/** Starts a Git server for tests on a free port. */
export async function startGitServer(options: GitTestServerOptions): Promise<GitTestServer> {
  const root = await mkdtemp(join(tmpdir(), "weir-git-server-"));
  const repositories = new Repositories(root, options.searchPath);
  const { tls, onRequest } = options;
  const handle = faultyHandler(options, repositories, root);
  const listener = {
    fetch: (request: Request) => {
      onRequest?.(request);
      return handle(request);
    },
    hostname: "127.0.0.1",
    port: 0,
    ...(tls === undefined ? {} : { createServer, serverOptions: tls }),
  };
  return new Promise((resolve, reject) => {
    const server = serve(listener, ({ port }: AddressInfo) => {
      resolve({
        url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
        repository: (name) => repositories.get(name),
        [Symbol.asyncDispose]: async () => {
          await new Promise<void>((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          });
          await rm(root, { recursive: true, force: true });
        },
      });
    });
    server.on("error", reject);
  });
}

class Repositories {
  readonly #root: string;
  readonly #searchPath: string;
  readonly #made = new Map<string, Promise<TestRepository>>();
  readonly #paths = new Map<string, string>();

  constructor(root: string, searchPath: string) {
    this.#root = root;
    this.#searchPath = searchPath;
  }

  find(path: string): string | undefined {
    return this.#paths.get(path.replace(/\.git$/, ""));
  }

  get(name: string): Promise<TestRepository> {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const path = join(this.#root, `${name}.git`);
    const options = { path, home: this.#root, searchPath: this.#searchPath };
    const making = TestRepository.create(options).then((repository) => {
      this.#paths.set(name, path);
      return repository;
    });
    this.#made.set(name, making);
    return making;
  }
}

function faultyHandler(
  { searchPath, faults = usualGitFaults, clock = systemClock }: GitTestServerOptions,
  repositories: Repositories,
  home: string,
): (request: Request) => Promise<Response> {
  const handle = createGitHttpHandler({ find: (path) => repositories.find(path), searchPath, home });
  return async (request) => {
    const url = new URL(request.url);
    const [, first = "", ...rest] = url.pathname.split("/");
    const fault = Object.hasOwn(faults, first) ? faults[first] : undefined;
    if (fault === undefined) return handle(request);
    const answer = answerOfFault(fault, request.headers.get("authorization"));
    if (answer !== undefined) return answer;
    if (fault.kind === "slow") await clock.sleep(fault.afterMs, request.signal);
    url.pathname = `/${rest.join("/")}`;
    return handle(new Request(url, request));
  };
}

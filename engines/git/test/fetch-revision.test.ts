import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError, systemClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  fetchRevision,
  type GitCheckout,
  type GitFetchRequest,
  type GitFetchResult,
  GitOperationError,
  runGit,
  serveGit,
} from "../src/index.ts";

const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";

class Repository {
  readonly root: string;
  readonly path: string;
  #second = 0;

  constructor(root: string, name: string) {
    this.root = root;
    this.path = join(root, name);
  }

  async git(...args: string[]): Promise<string> {
    const when = `2026-01-01T00:00:${String(this.#second++).padStart(2, "0")}Z`;
    const environment = {
      GIT_AUTHOR_NAME: "Test",
      GIT_AUTHOR_EMAIL: "test@example.com",
      GIT_AUTHOR_DATE: when,
      GIT_COMMITTER_NAME: "Test",
      GIT_COMMITTER_EMAIL: "test@example.com",
      GIT_COMMITTER_DATE: when,
    };
    const program = { home: this.root, searchPath, environment };
    return (await runGit(program, { args, directory: this.path })).toString("utf8").trim();
  }

  async init(): Promise<this> {
    await mkdir(this.path, { recursive: true });
    await this.git("init", "--quiet", "--initial-branch=main", ".");
    return this;
  }

  async commit(files: Readonly<Record<string, string>>, message = "commit"): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(this.path, path, ".."), { recursive: true });
      await writeFile(join(this.path, path), text);
    }
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "-m", message);
    return this.git("rev-parse", "HEAD");
  }
}

async function aWorld(): Promise<{
  root: string;
  repository: Repository;
  url: string;
  fetch: Fetch;
  close: () => Promise<void>;
}> {
  const root = await mkdtemp(join(tmpdir(), "weir-git-"));
  const repository = await new Repository(root, "app").init();
  const server = await serveGit({
    find: (path) => (path === "app.git" ? repository.path : undefined),
    searchPath,
    home: root,
  });
  const scratch = join(root, "scratch");
  const fetch: Fetch = (request) =>
    fetchRevision(
      {
        url: `${server.url}/app.git`,
        ref: { branch: "main" },
        credentials: { kind: "none" },
        timeoutMs: 20_000,
        ...request,
      },
      { scratch, searchPath, clock: systemClock },
    );
  return { root, repository, url: server.url, fetch, close: async () => server[Symbol.asyncDispose]() };
}

type Fetch = (request: Partial<GitFetchRequest>) => Promise<GitFetchResult>;

function checkout(result: GitFetchResult): GitCheckout {
  if (result.kind !== "checkout") throw new GitOperationError("program-failed", "", "was unchanged");
  return result;
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "resolved",
    (error: unknown) => describeError(error),
  );
}

describe("fetchRevision", () => {
  test("checks out the tip of a branch with its commit, and removes it when disposed", async () => {
    const world = await aWorld();
    const hash = await world.repository.commit({ "a.yaml": "x: 1\n" }, "first line\n\nbody");
    const result = checkout(await world.fetch({}));
    expect(result.revision).toBe(`main@sha1:${hash}`);
    expect(result.commit).toMatchObject({
      hash,
      subject: "first line",
      author: "Test <test@example.com>",
      signature: "",
    });
    expect(await readFile(join(result.directory, "a.yaml"), "utf8")).toBe("x: 1\n");
    await result[Symbol.asyncDispose]();
    expect(await readdir(join(world.root, "scratch"))).toEqual([]);
    await world.close();
  });

  test("fetches nothing where the remote is at the known revision", async () => {
    const world = await aWorld();
    const hash = await world.repository.commit({ a: "1" });
    const known = `main@sha1:${hash}`;
    expect(await world.fetch({ knownRevision: known })).toEqual({ kind: "unchanged", revision: known });
    const next = await world.repository.commit({ a: "2" });
    expect(checkout(await world.fetch({ knownRevision: known })).revision).toBe(`main@sha1:${next}`);
    await world.close();
  });

  test("understands tags, annotated tags, full names, commits and semver ranges", async () => {
    const world = await aWorld();
    const first = await world.repository.commit({ a: "1" });
    await world.repository.git("tag", "v1.2.0");
    const second = await world.repository.commit({ a: "2" });
    await world.repository.git("tag", "-a", "v1.10.1", "-m", "annotated");
    await world.repository.git("tag", "v2.0.0-rc.1");
    await world.repository.git("tag", "junk");
    await world.repository.git("update-ref", "refs/pull/1/head", first);
    const revisionOf = async (ref: GitFetchRequest["ref"]): Promise<string> =>
      checkout(await world.fetch({ ref })).revision;
    expect(await revisionOf({ tag: "v1.2.0" })).toBe(`v1.2.0@sha1:${first}`);
    expect(await revisionOf({ tag: "v1.10.1" })).toBe(`v1.10.1@sha1:${second}`);
    expect(await revisionOf({ semver: "1.x" })).toBe(`v1.10.1@sha1:${second}`);
    expect(await revisionOf({ name: "refs/pull/1/head" })).toBe(`refs/pull/1/head@sha1:${first}`);
    expect(await revisionOf({ commit: first })).toBe(`sha1:${first}`);
    expect(await revisionOf({ branch: "main", commit: first })).toBe(`main@sha1:${first}`);
    await world.close();
  });

  test("takes the youngest commit of tags that are the same version", async () => {
    const world = await aWorld();
    await world.repository.commit({ a: "1" });
    await world.repository.git("tag", "v1.0.0");
    const second = await world.repository.commit({ a: "2" });
    await world.repository.git("tag", "1.0.0");
    expect(checkout(await world.fetch({ ref: { semver: ">=1.0.0" } })).revision).toBe(`1.0.0@sha1:${second}`);
    await world.close();
  });

  test("names what is missing in Flux's words", async () => {
    const world = await aWorld();
    expect(await messageOf(world.fetch({}))).toBe("git repository is empty");
    await world.repository.commit({ a: "1" });
    const { url } = world;
    const cases: ReadonlyArray<readonly [Partial<GitFetchRequest>, string]> = [
      [
        { ref: { branch: "nope" } },
        `unable to clone '${url}/app.git': couldn't find remote ref "refs/heads/nope"`,
      ],
      [{ ref: {} }, `unable to clone '${url}/app.git': couldn't find remote ref "refs/heads/master"`],
      [{ ref: { tag: "v9" } }, `unable to clone '${url}/app.git': couldn't find remote ref "refs/tags/v9"`],
      [{ ref: { name: "refs/heads/none" } }, "unable to resolve ref 'refs/heads/none' to a specific commit"],
      [{ ref: { semver: ">=9.0.0" } }, "no match found for semver: >=9.0.0"],
      [{ ref: { semver: "not-a-range" } }, 'semver parse error: improper constraint: "not-a-range"'],
      [
        { ref: { commit: "0".repeat(40) } },
        `unable to resolve commit object for '${"0".repeat(40)}': object not found`,
      ],
      [{ url: `${url}/other.git` }, `unable to clone '${url}/other.git': repository not found: not found`],
    ];
    for (const [request, want] of cases) expect(await messageOf(world.fetch(request))).toBe(want);
    expect(await readdir(join(world.root, "scratch"))).toEqual([]);
    await world.close();
  });

  test("writes only the sparse directories", async () => {
    const world = await aWorld();
    await world.repository.commit({ "a/x": "1", "b/y": "2", z: "3" });
    const result = checkout(await world.fetch({ sparseCheckout: ["./a"] }));
    expect((await readdir(result.directory)).filter((name) => name !== ".git")).toEqual(["a"]);
    await world.close();
  });

  test("gives up a repository that sends more than it may", async () => {
    const { repository, fetch, close } = await aWorld();
    try {
      await repository.commit({ "noise.txt": randomBytes(200_000).toString("hex") });
      await expect(fetch({ maxBytes: 100_000 })).rejects.toMatchObject({ failure: "too-large" });
      await using whole = checkout(await fetch({ maxBytes: 1_000_000 }));
      expect(await readdir(whole.directory)).toContain("noise.txt");
    } finally {
      await close();
    }
  });

  test("runs no hook and no filter program that a repository brings", async () => {
    const world = await aWorld();
    await world.repository.commit({
      ".gitattributes": "* filter=evil\n",
      ".gitconfig": `[filter "evil"]\n\tsmudge = touch ${world.root}/pwned\n`,
      ".git-hooks/post-checkout": `#!/bin/sh\ntouch ${world.root}/pwned\n`,
      a: "1",
    });
    await using _ = checkout(await world.fetch({}));
    expect(await readdir(world.root)).not.toContain("pwned");
    await world.close();
  });
});

describe("a Git server that asks who is there", () => {
  /** The handler's repository behind a password, and a server that lets in whoever has it. */
  async function aGuardedWorld(
    wanted: string,
  ): Promise<{ world: Awaited<ReturnType<typeof aWorld>>; url: string; close: () => Promise<void> }> {
    const world = await aWorld();
    await world.repository.commit({ a: "1" });
    const server = createServer((request, response) => {
      if (request.headers.authorization !== wanted) {
        response.writeHead(401, { "www-authenticate": "Basic realm=git" }).end("no");
        return;
      }
      const target = new URL(request.url ?? "", world.url);
      const { method = "GET", headers } = request;
      const passed = forward(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const close = async (): Promise<void> => {
      server.close();
      server.closeAllConnections();
      await world.close();
    };
    return { world, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/app.git`, close };
  }

  test.each([
    [{ kind: "bearer", bearerToken: "token-1" }, "Bearer token-1"],
    [{ kind: "basic", username: "user", password: "pa:ss" }, "Basic dXNlcjpwYTpzcw=="],
  ] as const)("is told so by git itself, too: %j", async (credentials, authorization) => {
    const { world, url, close } = await aGuardedWorld(authorization);
    await using result = checkout(await world.fetch({ url, credentials }));
    expect(await readFile(join(result.directory, "a"), "utf8")).toBe("1");
    await close();
  });
});

describe("a Git server that misbehaves", () => {
  async function aServer(
    handle: Parameters<typeof createServer>[1],
  ): Promise<{ url: string; close: () => void }> {
    const server = createServer(handle);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}`,
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  }

  async function failureOf(url: string, request: Partial<GitFetchRequest> = {}): Promise<GitOperationError> {
    const scratch = await mkdtemp(join(tmpdir(), "weir-git-"));
    return fetchRevision(
      { url, ref: {}, credentials: { kind: "none" }, timeoutMs: 5_000, ...request },
      { scratch, searchPath, clock: systemClock },
    ).then(
      () => Promise.reject(new GitOperationError("program-failed", url, "it worked")),
      (error: GitOperationError) => error,
    );
  }

  test.each([
    [401, "authentication-required"],
    [403, "authorization-failed"],
    [404, "repository-not-found"],
    [500, "server-error"],
  ] as const)("is told apart by its answer: %d is %s", async (status, failure) => {
    const server = await aServer((_request, response) => response.writeHead(status).end());
    expect((await failureOf(`${server.url}/x.git`)).failure).toBe(failure);
    server.close();
  });

  test("is given up after the timeout", async () => {
    const server = await aServer(() => {});
    const error = await failureOf(`${server.url}/x.git`, { timeoutMs: 50 });
    expect(error.message).toContain("context deadline exceeded");
    server.close();
  });

  test("gets no credentials when another server redirects to it", async () => {
    const seen: (string | undefined)[] = [];
    const other = await aServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(404).end();
    });
    const first = await aServer((request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url ?? ""}` }).end();
    });
    await failureOf(`${first.url}/x.git`, {
      credentials: { kind: "basic", username: "u", password: "canary" },
    });
    expect(seen).toEqual([undefined]);
    other.close();
    first.close();
  });

  test("that refuses the credentials is named without them", async () => {
    const server = await aServer((_request, response) => response.writeHead(401).end());
    const { host } = new URL(server.url);
    const error = await failureOf(`http://user:canary@${host}/x.git?token=canary`);
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain("canary");
    server.close();
  });
});

import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Finds the repository behind a path such as `app.git`; `undefined` where there is none. */
export type FindRepository = (path: string) => string | undefined;

/** What serving needs from the outside. */
export interface GitHttpOptions {
  readonly find: FindRepository;
  /** The PATH under which git is found. */
  readonly searchPath: string;
  /** A folder with nothing in it, for the program's HOME. */
  readonly home: string;
}

const READ_ONLY = [
  "-c",
  "safe.directory=*",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "uploadpack.allowAnySHA1InWant=true",
  "-c",
  "uploadpack.allowFilter=true",
] as const;

/**
 * Serves repositories for reading over git's smart HTTP, as a fetch handler. Fetching is all it answers: pushing is 403,
 * everything else 404.
 */
export function createGitHttpHandler(options: GitHttpOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const match = /^\/(.+?)\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(
      decodeURIComponent(url.pathname),
    );
    const repository = match === null ? undefined : options.find(match[1] ?? "");
    if (match === null || repository === undefined) return new Response("not found\n", { status: 404 });
    const service = match[2] === "info/refs" ? url.searchParams.get("service") : match[2];
    if (service !== "git-upload-pack") return new Response("this server is read-only\n", { status: 403 });
    return match[2] === "info/refs"
      ? advertise(options, repository, request)
      : uploadPack(options, repository, request);
  };
}

async function advertise(options: GitHttpOptions, repository: string, request: Request): Promise<Response> {
  const child = startUploadPack(options, repository, request, ["--advertise-refs"]);
  child.stdin.end();
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const banner = "# service=git-upload-pack\n";
  const prefix = `${(banner.length + 4).toString(16).padStart(4, "0")}${banner}0000`;
  return new Response(Buffer.concat([Buffer.from(prefix), ...chunks]), {
    headers: { "content-type": "application/x-git-upload-pack-advertisement", "cache-control": "no-cache" },
  });
}

function uploadPack(options: GitHttpOptions, repository: string, request: Request): Response {
  const child = startUploadPack(options, repository, request, []);
  const body = request.body === null ? Readable.from([]) : Readable.fromWeb(request.body as never);
  const isZipped = request.headers.get("content-encoding") === "gzip";
  const input = isZipped ? body.pipe(createGunzip()) : body;
  child.stdin.on("error", () => {});
  input.on("error", () => child.kill("SIGKILL"));
  input.pipe(child.stdin);
  return new Response(Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>, {
    headers: { "content-type": "application/x-git-upload-pack-result", "cache-control": "no-cache" },
  });
}

function startUploadPack(
  options: GitHttpOptions,
  repository: string,
  request: Request,
  args: readonly string[],
): ReturnType<typeof spawn> & { readonly stdin: NodeJS.WritableStream; readonly stdout: Readable } {
  const protocol = request.headers.get("git-protocol");
  const child = spawn("git", [...READ_ONLY, "upload-pack", "--stateless-rpc", ...args, repository], {
    env: {
      PATH: options.searchPath,
      HOME: options.home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      ...(protocol === null ? {} : { GIT_PROTOCOL: protocol }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.on("error", () => child.stdout.destroy());
  request.signal.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });
  return child;
}

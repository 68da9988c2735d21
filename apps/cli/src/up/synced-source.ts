import { mkdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Clock, describeError } from "@weir/core";
import { commitFolder, type GitProgram, GitProgramError, runGit, serveGit } from "@weir/git";
import { CommandError } from "../cli-error.ts";
import { followFolder } from "./follow-folder.ts";
import { portOfUrl, type RememberedPorts } from "./remembered-ports.ts";

/** A repository that a cluster syncs, served where the cluster can fetch it. */
export interface SyncedSource extends AsyncDisposable {
  readonly url: string;
  readonly branch: string;
  /** What it is, for people: `the commits of /home/me/fleet`. */
  readonly description: string;
  /** Calls back after each change that may have made a new commit. */
  follow(onChange: () => void, signal: AbortSignal): void;
}

/** What opening a source needs. */
export interface SourceOptions {
  /** A folder or a URL. */
  readonly source: string;
  /** Syncs what is saved and not yet committed, too. */
  readonly worktree: boolean;
  readonly branch: string | undefined;
  /** Where private repositories and git's home are kept. */
  readonly stateFolder: string;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly ports: RememberedPorts;
  readonly onProblem: (message: string) => void;
}

const PRIVATE_BRANCH = "main";
const SETTLE_MS = 40;

/** Serves a checkout's commits, or commits each save of a plain folder to a private repository, or takes a URL as it is. */
export async function openSource(options: SourceOptions): Promise<SyncedSource> {
  if (/^(https?|ssh):\/\//.test(options.source)) return remoteSource(options);
  const folder = await realpath(options.source).catch((cause: unknown) => {
    throw new CommandError("SourceNotFound", `there is no folder ${options.source}`, { cause });
  });
  if (!(await stat(folder)).isDirectory()) {
    throw new CommandError("SourceNotFound", `${options.source} is a file, not a folder`);
  }
  const home = join(options.stateFolder, "git-home");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const program = { home, searchPath: options.searchPath };
  const isCheckout = await stat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
  return isCheckout && !options.worktree
    ? checkoutSource(folder, program, options)
    : folderSource(folder, program, options);
}

function remoteSource(options: SourceOptions): SyncedSource {
  const { source, branch = PRIVATE_BRANCH } = options;
  return {
    url: source,
    branch,
    description: source,
    follow: () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The commits of a checkout, read from its own repository. */
async function checkoutSource(
  folder: string,
  program: GitProgram,
  options: SourceOptions,
): Promise<SyncedSource> {
  const git = async (...args: string[]): Promise<string> =>
    (await runGit(program, { args, directory: folder })).toString("utf8").trim();
  const branch = options.branch ?? (await currentBranch(git, folder));
  const gitDirectory = await git("rev-parse", "--absolute-git-dir");
  const common = await git("rev-parse", "--path-format=absolute", "--git-common-dir");
  const server = await serve(folder, gitDirectory, { program, ports: options.ports });
  return {
    url: server.url,
    branch,
    description: `the commits of ${folder}, branch ${branch}`,
    follow: (onChange, signal) => {
      // HEAD, packed references and the references themselves; not the objects, which come before them.
      const isRef = (path: string): boolean =>
        /^(HEAD|packed-refs|refs(\/.*)?)$/.test(path) && !path.endsWith(".lock");
      const told = debounce(onChange, options.clock, signal);
      void followFolder(common, { counts: isRef, onChange: told, onProblem: options.onProblem }, signal);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function currentBranch(git: (...args: string[]) => Promise<string>, folder: string): Promise<string> {
  try {
    return await git("symbolic-ref", "--short", "HEAD");
  } catch (error) {
    if (!(error instanceof GitProgramError)) throw error;
    throw new CommandError(
      "NoBranch",
      `${folder} is at no branch: check one out, or name one with --branch`,
      {
        cause: error,
      },
    );
  }
}

/** A folder whose saves become commits of a private repository. */
async function folderSource(
  folder: string,
  program: GitProgram,
  options: SourceOptions,
): Promise<SyncedSource> {
  const branch = options.branch ?? PRIVATE_BRANCH;
  const gitDirectory = join(options.stateFolder, "private.git");
  const repository = { folder, gitDirectory, branch, program };
  const commit = async (): Promise<void> => {
    await commitFolder(repository, `saved state of ${basename(folder)}`);
  };
  await commit();
  const server = await serve(folder, gitDirectory, { program, ports: options.ports });
  return {
    url: server.url,
    branch,
    description: `each save in ${folder}`,
    follow: (onChange, signal) => {
      const commitAndTell = oneAtATime(commit, onChange, options.onProblem);
      const isContent = (path: string): boolean => !/(^|\/)(\.git|node_modules)(\/|$)/.test(path);
      const told = debounce(commitAndTell, options.clock, signal);
      void followFolder(folder, { counts: isContent, onChange: told, onProblem: options.onProblem }, signal);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Runs a step for each call, never two at once; calls during a run are one more run after it. */
function oneAtATime(
  step: () => Promise<void>,
  done: () => void,
  onProblem: (message: string) => void,
): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      try {
        await step();
        done();
      } catch (error) {
        onProblem(`cannot commit what was saved: ${describeError(error)}`);
      }
    } while (again);
    running = false;
  };
  return () => {
    if (running) again = true;
    else void run();
  };
}

async function serve(
  folder: string,
  repository: string,
  { program, ports }: { readonly program: GitProgram; readonly ports: RememberedPorts },
): Promise<{ readonly url: string } & AsyncDisposable> {
  const name = `${basename(folder)}.git`;
  const git = {
    find: (path: string) => (path === name ? repository : undefined),
    searchPath: program.searchPath,
    home: program.home,
  };
  const server = await ports.serve(
    "git",
    (port) => serveGit(git, port),
    ({ url }) => portOfUrl(url),
  );
  return {
    url: `${server.url}/${encodeURIComponent(name)}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Editors and git write several files for one change: the callback comes once they are quiet. */
function debounce(call: () => void, clock: Clock, signal: AbortSignal): () => void {
  let timer: { cancel(): void } | undefined;
  return () => {
    timer?.cancel();
    if (!signal.aborted) timer = clock.setTimer(SETTLE_MS, call);
  };
}

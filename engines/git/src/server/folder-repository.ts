import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "../program/run-git.ts";
import { type GitProgram, GitProgramError } from "../program/run-program.ts";

/** A plain folder whose saves are committed to a repository of its own, outside of the folder. */
export interface FolderRepositoryOptions {
  /** The folder that a person edits; nothing is written into it. */
  readonly folder: string;
  /** Where the repository lies. */
  readonly gitDirectory: string;
  /** The branch that the commits go to. */
  readonly branch: string;
  readonly program: GitProgram;
}

const AUTHOR = { name: "weir", email: "weir@localhost" } as const;

/**
 * Commits what a folder holds now to its private repository, if that differs from the last commit. Ignore files of the
 * folder are honoured, a `.git` in it is left out. Returns the commit, and whether it is new.
 */
export async function commitFolder(
  options: FolderRepositoryOptions,
  message: string,
): Promise<{ readonly commit: string; readonly isNew: boolean }> {
  await ensureRepository(options);
  const git = (...args: string[]): Promise<Buffer> =>
    runGit(withIdentity(options.program), {
      args: [`--git-dir=${options.gitDirectory}`, `--work-tree=${options.folder}`, ...args],
      directory: options.folder,
    });
  await git(
    "add",
    "--all",
    "--force",
    "--",
    ".",
    ":(exclude).git",
    ":(exclude)**/.git",
    ":(exclude)node_modules",
  );
  const tree = (await git("write-tree")).toString("utf8").trim();
  const last = await lastCommit(git, options.branch);
  if (last !== undefined && last.tree === tree) return { commit: last.commit, isNew: false };
  const parents = last === undefined ? [] : ["-p", last.commit];
  const commit = (await git("commit-tree", tree, ...parents, "-m", message)).toString("utf8").trim();
  await git("update-ref", `refs/heads/${options.branch}`, commit);
  return { commit, isNew: true };
}

async function ensureRepository(options: FolderRepositoryOptions): Promise<void> {
  const exists = await stat(join(options.gitDirectory, "HEAD")).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(join(options.gitDirectory, "objects"), { recursive: true });
  await mkdir(join(options.gitDirectory, "refs"), { recursive: true });
  await writeFile(
    join(options.gitDirectory, "config"),
    "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tautocrlf = false\n",
  );
  await writeFile(join(options.gitDirectory, "HEAD"), `ref: refs/heads/${options.branch}\n`);
}

function withIdentity(program: GitProgram): GitProgram {
  const environment = {
    ...program.environment,
    GIT_AUTHOR_NAME: AUTHOR.name,
    GIT_AUTHOR_EMAIL: AUTHOR.email,
    GIT_COMMITTER_NAME: AUTHOR.name,
    GIT_COMMITTER_EMAIL: AUTHOR.email,
  };
  return { ...program, environment };
}

async function lastCommit(
  git: (...args: string[]) => Promise<Buffer>,
  branch: string,
): Promise<{ readonly commit: string; readonly tree: string } | undefined> {
  try {
    const output = await git("log", "-1", "--format=%H %T", `refs/heads/${branch}`);
    const [commit = "", tree = ""] = output.toString("utf8").trim().split(" ");
    return { commit, tree };
  } catch (error) {
    if (error instanceof GitProgramError) return undefined;
    throw error;
  }
}

import { mkdir } from "node:fs/promises";
import { runGit } from "@weir/git";

/** What one commit of a test changes. */
export interface TestCommit {
  /** `main` by default; a new branch begins at the repository's last commit. */
  readonly branch?: string;
  readonly message?: string;
  /** Content by path; a value `symlink:TARGET` is a symbolic link. Files of earlier commits stay. */
  readonly files?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
  /** ISO 8601 without fractions; 2024-01-01T00:00:00Z by default. Author and committer are fixed, so ids are reproducible. */
  readonly authorDate?: string;
  /** A lightweight tag on the commit. */
  readonly tag?: string;
  /** Makes the armored signature of the commit. */
  readonly sign?: Sign;
}

/** Signs the bytes of a commit or of a tag. */
export type Sign = (payload: Buffer) => Promise<string>;

/** Where git runs. */
export interface TestRepositoryOptions {
  readonly path: string;
  /** A folder for the program's HOME. */
  readonly home: string;
  readonly searchPath: string;
}

const WHO = "Test <test@example.com>";
const FIRST_DATE = "2024-01-01T00:00:00Z";
const SYMLINK = "symlink:";

/** A bare repository whose commits have reproducible ids. */
export class TestRepository {
  readonly path: string;
  readonly #options: TestRepositoryOptions;
  readonly #tips = new Map<string, string>();
  #last: string | undefined;

  private constructor(options: TestRepositoryOptions) {
    this.path = options.path;
    this.#options = options;
  }

  /** Makes an empty repository. */
  static async create(options: TestRepositoryOptions): Promise<TestRepository> {
    await mkdir(options.path, { recursive: true });
    const repository = new TestRepository(options);
    await repository.#git(["init", "--quiet", "--bare", "--initial-branch=main", "."]);
    return repository;
  }

  /** Adds a commit and returns its id. */
  async commit(commit: TestCommit): Promise<string> {
    const { branch = "main", tag } = commit;
    const parent = this.#tips.get(branch) ?? this.#last;
    const output = await this.#git(["fast-import", "--quiet", "--force"], importStream(commit, parent));
    const unsigned = output.toString("utf8").trim();
    const id = commit.sign === undefined ? unsigned : await this.#sign(unsigned, branch, commit.sign);
    this.#tips.set(branch, id);
    this.#last = id;
    if (tag !== undefined) await this.#git(["update-ref", `refs/tags/${tag}`, id]);
    return id;
  }

  /** Makes an annotated tag of a commit, signed where `sign` is given; returns the tag's own id. */
  async tag(name: string, commit: string, sign?: Sign): Promise<string> {
    const when = `${WHO} ${Date.parse(FIRST_DATE) / 1000} +0000`;
    const text = `object ${commit}\ntype commit\ntag ${name}\ntagger ${when}\n\n${name}\n`;
    const payload = Buffer.from(text);
    const signature = sign === undefined ? "" : `${(await sign(payload)).trim()}\n`;
    const id = await this.#write("tag", Buffer.concat([payload, Buffer.from(signature)]));
    await this.#git(["update-ref", `refs/tags/${name}`, id]);
    return id;
  }

  async #sign(unsigned: string, branch: string, sign: Sign): Promise<string> {
    const payload = await this.#git(["cat-file", "commit", unsigned]);
    const signature = (await sign(payload)).trim().replaceAll("\r", "").replaceAll("\n", "\n ");
    const end = payload.indexOf("\n\n") + 1;
    const header = Buffer.from(`gpgsig ${signature}\n`);
    const id = await this.#write(
      "commit",
      Buffer.concat([payload.subarray(0, end), header, payload.subarray(end)]),
    );
    await this.#git(["update-ref", `refs/heads/${branch}`, id]);
    return id;
  }

  async #write(type: "commit" | "tag", object: Uint8Array): Promise<string> {
    return (await this.#git(["hash-object", "-t", type, "-w", "--stdin"], object)).toString("utf8").trim();
  }

  #git(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
    const { home, searchPath, path } = this.#options;
    const run = { args, directory: path, ...(input === undefined ? {} : { input }) };
    return runGit({ home, searchPath }, run);
  }
}

/** One commit in the language of `git fast-import`, which makes it in one process. */
function importStream(commit: TestCommit, parent: string | undefined): Uint8Array {
  const { branch = "main", message = "commit", files = {}, remove = [], authorDate = FIRST_DATE } = commit;
  const when = `${WHO} ${Date.parse(authorDate) / 1000} +0000`;
  const parts = [
    `commit refs/heads/${branch}\nmark :1\nauthor ${when}\ncommitter ${when}\n`,
    data(`${message}\n`),
    ...(parent === undefined ? [] : [`from ${parent}\n`]),
    ...remove.map((path) => `D ${quoted(path)}\n`),
    ...Object.entries(files).map(([path, text]) =>
      text.startsWith(SYMLINK)
        ? `M 120000 inline ${quoted(path)}\n${data(text.slice(SYMLINK.length))}`
        : `M 100644 inline ${quoted(path)}\n${data(text)}`,
    ),
    "\nget-mark :1\n",
  ];
  return Buffer.from(parts.join(""), "utf8");
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

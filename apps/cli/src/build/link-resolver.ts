import { cleanTreePath } from "@weir/core";
import { type ResolvedPath, TOO_MANY_LINKS } from "@weir/kustomize";

/** As many links as Go follows for one path. */
const MOST_LINKS = 255;

/** What lies at a path; nothing is `undefined`. */
export type Entry = "file" | "directory" | "other" | { readonly target: string } | undefined;

/** A path on its way: what is left of it, last part first, and what it led to. */
interface Walk {
  readonly left: string[];
  readonly done: string[];
  links: number;
}

/** Follows links as `filepath.EvalSymlinks` does, and remembers what each path is. */
export class LinkResolver {
  readonly root: string;
  readonly #look: (path: string) => Entry;
  readonly #entries = new Map<string, Entry>();

  /** `root` is what absolute links are held against; `look` says what lies at a clean path below it. */
  constructor(root: string, look: (path: string) => Entry) {
    this.root = root;
    this.#look = look;
  }

  /** `undefined` for a path that leaves the folder before any link. */
  resolve(path: string): ResolvedPath | undefined {
    const clean = cleanTreePath(path);
    if (clean === undefined) return undefined;
    const walk: Walk = { left: clean === "" ? [] : clean.split("/").reverse(), done: [], links: 0 };
    while (walk.left.length > 0) {
      const ended = this.#step(walk);
      if (ended !== undefined) return ended;
    }
    const resolved = walk.done.join("/");
    if (resolved === "") return { kind: "directory", path: "." };
    return { kind: this.#entry(resolved) === "directory" ? "directory" : "file", path: resolved };
  }

  /** Takes the next part of a path; gives the end of the walk where it cannot go on. */
  #step(walk: Walk): ResolvedPath | undefined {
    const { left, done } = walk;
    const part = left.pop() ?? "";
    if (part === "..") {
      if (done.pop() !== undefined || this.root === "/") return undefined;
      return { kind: "outside", path: this.root };
    }
    const at = [...done, part].join("/");
    const entry = this.#entry(at);
    if (entry === undefined) return { kind: "missing", at, why: "no such file or directory" };
    if (typeof entry === "object") return this.#follow(entry.target, walk);
    if (entry !== "directory" && left.length > 0) return { kind: "missing", at: "", why: "not a directory" };
    done.push(part);
    return undefined;
  }

  #follow(target: string, walk: Walk): ResolvedPath | undefined {
    walk.links += 1;
    if (walk.links > MOST_LINKS) return { kind: "missing", at: "", why: TOO_MANY_LINKS };
    const below = this.#below(target);
    if (below === undefined) return { kind: "outside", path: target };
    if (target.startsWith("/")) walk.done.length = 0;
    walk.left.push(...below.split("/").filter(isStep).reverse());
    return undefined;
  }

  /** The target of a link as a path below the folder; a relative one stays as it is. */
  #below(target: string): string | undefined {
    if (!target.startsWith("/") || this.root === "/") return target;
    if (target === this.root) return "";
    return target.startsWith(`${this.root}/`) ? target.slice(this.root.length + 1) : undefined;
  }

  #entry(at: string): Entry {
    if (this.#entries.has(at)) return this.#entries.get(at);
    const entry = this.#look(at);
    this.#entries.set(at, entry);
    return entry;
  }
}

function isStep(part: string): boolean {
  return part !== "" && part !== ".";
}

import type { Tree } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  buildKustomization,
  discoverRemotes,
  emitResources,
  KustomizeError,
  neededRemote,
  type RemoteSources,
} from "../src/index.ts";
import { aConfigMap, treeOf } from "./build-tree.ts";

const URL = "https://git.example/org/app//base?ref=v1";
const FILE = "https://files.example/map.yaml";

function sources(given: Partial<RemoteSources> = {}): RemoteSources {
  return { repositories: new Map(), files: new Map(), ...given };
}

function repository(files: Readonly<Record<string, string>>): ReadonlyMap<string, never> {
  const found = { kind: "repository", tree: treeOf(files), root: "https://git.example/org/app@abc" };
  return new Map([[URL, found]]) as unknown as ReadonlyMap<string, never>;
}

function thrown(tree: Tree, remotes: RemoteSources): unknown {
  try {
    return emitResources(buildKustomization(tree, ".", { remotes }).objects);
  } catch (error) {
    return error;
  }
}

const home = treeOf({ "kustomization.yaml": `resources: ["${URL}"]\n` });
const failed = (message: string): ReadonlyMap<string, { kind: "failed"; message: string }> =>
  new Map([[URL, { kind: "failed", message }]]);

describe("a build with remote bases", () => {
  test("stops at what it needs: first the file that a URL may be, then the repository", () => {
    expect(neededRemote(thrown(home, sources()))).toEqual({ kind: "file", url: URL });
    const isRepository = failed("URL is a git repository");
    expect(neededRemote(thrown(home, sources({ files: isRepository })))).toEqual({
      kind: "repository",
      url: URL,
    });
  });

  test("builds a checkout in its own tree", () => {
    const files = failed("URL is a git repository");
    const repositories = repository({
      "base/kustomization.yaml": "resources: [../map.yaml, own.yaml]\n",
      "base/own.yaml": aConfigMap("own"),
      "map.yaml": aConfigMap("above"),
    });
    // A checkout may not read beside its folder, whatever is allowed at home.
    const error = thrown(home, sources({ files, repositories }));
    expect(error).toBeInstanceOf(KustomizeError);
    expect((error as KustomizeError).message).toContain(
      "security; file 'https://git.example/org/app@abc/map.yaml' is not in or below 'https://git.example/org/app@abc/base'",
    );
  });

  test("is not asked again for what could not be fetched", () => {
    const error = thrown(
      home,
      sources({ files: failed("URL is a git repository"), repositories: failed("the server is gone") }),
    );
    expect((error as KustomizeError).message).toBe(
      `accumulating resources: accumulation err='accumulating resources from '${URL}': URL is a git repository': the server is gone`,
    );
    expect((error as KustomizeError).remote).toBe(URL);
  });

  test("asks for the repository where the file is a page", () => {
    const content = Buffer.from("<html>: [\n");
    const files = new Map([[URL, { kind: "file" as const, content }]]);
    expect(neededRemote(thrown(home, sources({ files })))).toEqual({ kind: "repository", url: URL });
  });

  test("takes a file of a server as a resource", () => {
    const tree = treeOf({ "kustomization.yaml": `resources: ["${FILE}"]\nnamePrefix: my-\n` });
    const files = new Map([[FILE, { kind: "file" as const, content: Buffer.from(aConfigMap("a")) }]]);
    expect(thrown(tree, sources({ files }))).toContain("name: my-a\n");
  });
});

describe("discoverRemotes", () => {
  test("finds what the kustomizations name, below bases and components as well", () => {
    const tree = treeOf({
      "kustomization.yaml": `resources: [a, "${FILE}"]\ncomponents: [c]\n`,
      "a/kustomization.yaml": `resources: ["${URL}", "git@git.example:org/x"]\n`,
      "c/kustomization.yaml": `kind: Component\nresources: ["${FILE}"]\n`,
      "b/kustomization.yaml": "resources: [https://git.example/never/asked]\n",
    });
    expect(discoverRemotes(tree, ".", { remotes: sources() })).toEqual([
      { kind: "file", url: URL },
      { kind: "repository", url: "git@git.example:org/x" },
      { kind: "file", url: FILE },
    ]);
  });

  test("leaves problems and cycles to the build", () => {
    const tree = treeOf({
      "kustomization.yaml": "resources: [a, none]\n",
      "a/kustomization.yaml": "resources: [.., ../b]\n",
      "b/kustomization.yaml": "resources: [\n",
    });
    expect(discoverRemotes(tree, ".", { remotes: sources() })).toEqual([]);
  });
});

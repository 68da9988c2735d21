import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { createSqliteStorage } from "@weir/apiserver";
import { type Kind, type KubeClient, loadKubeconfig, openClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { emitYaml, loadYaml } from "@weir/yaml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Environment } from "../src/environment.ts";
import { runProgram } from "../src/run-program.ts";

interface Settings extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const ConfigMap: Kind<Settings, Settings> = { group: "", version: "v1", kind: "ConfigMap" };
const Node: Kind = { group: "", version: "v1", kind: "Node" };

const main = resolve(import.meta.dirname, "../src/main.ts");

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster that a test started in this process, and ends. */
interface Started extends AsyncDisposable {
  readonly output: () => string;
  readonly ended: Promise<number>;
}

/** A person at a machine: a home, a kubeconfig of its own, and commands. */
class Person {
  readonly home: string;
  kubeconfig: string | undefined;
  answer: string | undefined;

  constructor(home: string) {
    this.home = home;
  }

  get state(): string {
    return join(this.home, "weir/cluster");
  }

  get config(): string {
    return join(this.home, ".kube/config");
  }

  async weir(...args: readonly string[]): Promise<Run> {
    const output = { stdout: "", stderr: "" };
    const code = await this.#run(args, output, new AbortController().signal);
    return { code, ...output };
  }

  async start(...args: readonly string[]): Promise<Started> {
    const output = { stdout: "", stderr: "" };
    const end = new AbortController();
    const ended = this.#run(["cluster", "start", ...args], output, end.signal);
    const deadline = Date.now() + 20_000;
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    while (!output.stdout.includes("KUBECONFIG") && !hasEnded && Date.now() < deadline)
      await new Promise((done) => setTimeout(done, 5));
    if (hasEnded) throw new Error(`did not start: ${output.stderr}`);
    const stop = async (): Promise<void> => {
      end.abort();
      await ended;
    };
    return { output: () => output.stdout, ended, [Symbol.asyncDispose]: stop };
  }

  #run(
    args: readonly string[],
    output: { stdout: string; stderr: string },
    signal: AbortSignal,
  ): Promise<number> {
    const { answer } = this;
    const environment: Environment = {
      stateRoot: join(this.home, "weir"),
      searchPath: process.env["PATH"] ?? "",
      kubeconfig: this.kubeconfig,
      homeKubeconfig: this.config,
      service: undefined,
      runtimeNamespace: undefined,
      isTerminal: false,
      columns: 120,
      workingDirectory: this.home,
      write: (text) => (output.stdout += text),
      writeError: (text) => (output.stderr += text),
      flush: async () => undefined,
      signal,
      ...(answer === undefined ? {} : { ask: async () => answer }),
      program: [process.execPath, "--conditions=@weir/source", main],
    };
    return runProgram(["node", "weir", ...args], environment, "");
  }
}

async function withClient<T>(path: string, use: (client: KubeClient) => Promise<T>): Promise<T> {
  await using open = openClient(await loadKubeconfig(path));
  return await use(open.client);
}

const settings = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "default", name: "settings" },
  data: { color: "blue" },
} as const;

describe("weir cluster", () => {
  let person: Person;

  beforeEach(async () => {
    person = new Person(await mkdtemp(join(tmpdir(), "weir-person-")));
  });
  afterEach(() => rm(person.home, { recursive: true, force: true }));

  test("keeps objects, port and kubeconfig from one start to the next", async () => {
    let before = "";
    {
      await using started = await person.start();
      expect(started.output()).toMatch(
        /^cluster "weir" listens on https:\/\/127\.0\.0\.1:\d+ after \d+ ms, objects in /,
      );
      before = (await person.weir("cluster", "kubeconfig")).stdout;
      await withClient(join(person.state, "kubeconfig"), (client) => client.create(ConfigMap, settings));
    }
    await using _ = await person.start();
    expect((await person.weir("cluster", "kubeconfig")).stdout).toBe(before);
    const kept = await withClient(join(person.state, "kubeconfig"), (client) =>
      client.get(ConfigMap, settings.metadata),
    );
    expect(kept?.data).toEqual({ color: "blue" });
  });

  test("keeps nothing but the access in memory", async () => {
    {
      await using _ = await person.start("--storage", "memory");
      await withClient(join(person.state, "kubeconfig"), (client) => client.create(ConfigMap, settings));
    }
    await using _ = await person.start("--storage", "memory");
    const kept = await withClient(join(person.state, "kubeconfig"), (client) =>
      client.get(ConfigMap, settings.metadata),
    );
    expect(kept).toBeUndefined();
  });

  test("says which process runs a cluster to those who start, reset or repair it", async () => {
    await using _ = await person.start();
    const refusal = `weir: the cluster in ${person.state} is run by process ${process.pid}\n`;
    for (const command of [["start"], ["start", "--detach"], ["reset", "--yes"]]) {
      expect(await person.weir("cluster", ...command)).toEqual({ code: 1, stdout: "", stderr: refusal });
    }
  });

  test("says which process holds the storage where its API does not answer", async () => {
    await using _ = await createSqliteStorage({ path: join(person.state, "cluster.db") });
    const { stderr } = await person.weir("cluster", "start");
    expect(stderr).toBe(`weir: the cluster in ${person.state} is run by process ${process.pid}\n`);
    expect((await person.weir("cluster", "reset", "--yes")).stderr).toContain("is run by another process");
  });

  test("says how a cluster is, by text, JSON and exit code", async () => {
    expect(await person.weir("cluster", "status")).toMatchObject({ code: 1, stdout: "" });
    {
      await using _ = await person.start();
      const { code, stdout } = await person.weir("cluster", "status", "-o", "json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        status: "running",
        pid: process.pid,
        storage: "sqlite",
        version: "v1.36.3",
      });
      expect((await person.weir("cluster", "list")).stdout).toContain(`weir\trunning`);
    }
    const { code, stdout } = await person.weir("cluster", "status");
    expect(code).toBe(1);
    expect(stdout).toContain("status:     stopped\n");
  });

  test("is stopped where a killed process left its record behind", async () => {
    await using _ = await person.start();
    const record = await readFile(join(person.state, "running.json"), "utf8");
    await _[Symbol.asyncDispose]();
    await writeFile(join(person.state, "running.json"), record);
    expect((await person.weir("cluster", "status")).stdout).toContain("status:     stopped\n");
    await using again = await person.start();
    expect(again.output()).toContain("listens on");
  });

  test("runs in the background until it is stopped", async () => {
    const { code, stdout } = await person.weir(
      "cluster",
      "start",
      "--detach",
      "--storage",
      "memory",
      "--state",
      join(person.home, "mine"),
    );
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("weir cluster stop") as string,
    });
    const nodes = await withClient(join(person.home, "mine/kubeconfig"), (client) => client.list(Node));
    expect(nodes.items.length).toBeLessThanOrEqual(1);
    expect((await person.weir("cluster", "stop", join(person.home, "mine"))).stdout).toMatch(
      /^stopped the cluster "weir-mine"/,
    );
    expect((await person.weir("cluster", "stop", join(person.home, "mine"))).stdout).toContain(
      "does not run",
    );
  });

  test("says why it did not start in the background", async () => {
    const { code, stderr } = await person.weir("cluster", "start", "--detach", "--service-range", "nonsense");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^weir: the cluster did not start: weir: .*nonsense/);
  });

  test("enforces roles unless it is told not to", async () => {
    const canEveryoneRead = async (): Promise<number> =>
      withClient(join(person.state, "kubeconfig"), async (client) => {
        const answer = await client.impersonate({ name: "jane" }).raw("/api/v1/secrets");
        await answer.discard();
        return answer.status;
      });
    {
      await using _ = await person.start("--storage", "memory");
      expect(await canEveryoneRead()).toBe(403);
    }
    await using _ = await person.start("--storage", "memory", "--authorization", "always-allow");
    expect(await canEveryoneRead()).toBe(200);
  });

  test("leaves workloads alone with --no-workloads", async () => {
    await using _ = await person.start("--storage", "memory", "--no-workloads");
    const nodes = await withClient(join(person.state, "kubeconfig"), (client) => client.list(Node));
    expect(nodes.items).toEqual([]);
  });

  test("records requests by a policy, and says what is wrong with one", async () => {
    const [log, policy] = [join(person.home, "audit.log"), join(person.home, "policy.yaml")];
    await writeFile(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: All}]\n");
    const flags = ["--storage", "memory", "--audit-log", log, "--audit-policy", policy];
    const refused = await person.weir("cluster", "start", ...flags);
    expect(refused.stderr).toContain(`weir: the audit policy ${policy} cannot be used: rules[0].level`);
    await writeFile(
      policy,
      "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Request, verbs: [create], resources: [{resources: [configmaps]}]}]\n",
    );
    {
      await using _ = await person.start(...flags);
      await withClient(join(person.state, "kubeconfig"), (client) => client.create(ConfigMap, settings));
    }
    const events = (await readFile(log, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const own = events.filter(
      ({ objectRef }) => (objectRef as { readonly name?: string }).name === "settings",
    );
    expect(own).toMatchObject([
      {
        kind: "Event",
        level: "Request",
        stage: "ResponseComplete",
        verb: "create",
        user: { username: "admin" },
        sourceIPs: ["127.0.0.1"],
        requestObject: { data: { color: "blue" } },
        responseStatus: { code: 201 },
      },
    ]);
  });

  test("is reached by more names where they are given, with the same token", async () => {
    await using first = await person.start("--storage", "memory");
    const before = (await person.weir("cluster", "kubeconfig")).stdout;
    await first[Symbol.asyncDispose]();
    await using _ = await person.start(
      "--storage",
      "memory",
      "--name",
      "weir.example.com",
      "--name",
      "10.9.8.7",
    );
    expect((await person.weir("cluster", "kubeconfig")).stdout).toBe(before);
  });
});

describe("weir cluster kubeconfig", () => {
  let person: Person;
  const others = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "prod", cluster: { server: "https://prod.example.com", "insecure-skip-tls-verify": true } },
    ],
    users: [{ name: "me", user: { exec: { command: "get-token", args: ["--now"] } } }],
    contexts: [{ name: "prod", context: { cluster: "prod", user: "me", namespace: "web" } }],
    "current-context": "prod",
    extensions: [{ name: "mine", extension: { kept: true } }],
  };

  beforeEach(async () => {
    person = new Person(await mkdtemp(join(tmpdir(), "weir-person-")));
    await (await person.start("--storage", "memory"))[Symbol.asyncDispose]();
  });
  afterEach(() => rm(person.home, { recursive: true, force: true }));

  const read = async (path: string): Promise<Record<string, { name: string }[]>> =>
    loadYaml(await readFile(path, "utf8")) as Record<string, { name: string }[]>;

  test("makes the kubeconfig where there is none, readable by its owner only", async () => {
    const { stdout } = await person.weir("cluster", "kubeconfig", "--merge");
    expect(stdout).toBe(`merged into ${person.config}, whose current context is weir now\n`);
    expect((await stat(person.config)).mode & 0o777).toBe(0o600);
    expect(loadYaml((await person.weir("cluster", "kubeconfig")).stdout)).toMatchObject(
      await read(person.config),
    );
  });

  test("leaves other entries as they are, and replaces its own", async () => {
    await mkdir(join(person.home, ".kube"));
    await writeFile(person.config, emitYaml(others), { mode: 0o644 });
    await person.weir("cluster", "kubeconfig", "--merge", "--no-switch-context");
    await person.weir("cluster", "kubeconfig", "--merge", "--no-switch-context");
    const merged = await read(person.config);
    expect(merged).toMatchObject({ "current-context": "prod", extensions: others.extensions });
    expect(merged["clusters"]?.map(({ name }) => name)).toEqual(["prod", "weir"]);
    expect(merged["users"]).toMatchObject([others.users[0], { name: "weir" }]);
    expect(merged["contexts"]?.[0]).toEqual(others.contexts[0]);
    expect((await stat(person.config)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(person.home, ".kube"))).toEqual(["config"]);
  });

  test("goes by the name that it is given", async () => {
    await person.weir("cluster", "kubeconfig", "--merge", "--context", "lab");
    const merged = await read(person.config);
    expect(merged["contexts"]).toEqual([{ name: "lab", context: { cluster: "lab", user: "lab" } }]);
    expect(merged["current-context"]).toBe("lab");
  });

  test("takes the first file of KUBECONFIG that is there, and the last where none is", async () => {
    const [one, two] = [join(person.home, "one"), join(person.home, "two")];
    person.kubeconfig = [one, two].join(delimiter);
    await person.weir("cluster", "kubeconfig", "--merge");
    await writeFile(one, "");
    await person.weir("cluster", "kubeconfig", "--merge");
    expect((await read(two))["current-context"]).toBe("weir");
    expect((await read(one))["current-context"]).toBe("weir");
  });

  test("follows a link, and leaves it a link", async () => {
    const real = join(person.home, "dotfiles-config");
    await writeFile(real, emitYaml(others));
    await mkdir(join(person.home, ".kube"));
    await symlink(real, person.config);
    await person.weir("cluster", "kubeconfig", "--merge");
    expect((await read(real))["clusters"]).toHaveLength(2);
  });

  test("changes nothing of a file that is no kubeconfig", async () => {
    for (const text of ["- a list\n", "kind: Deployment\n", "{ broken\n"]) {
      await writeFile(join(person.home, "file"), text);
      const { code, stderr } = await person.weir(
        "cluster",
        "kubeconfig",
        "--kubeconfig",
        join(person.home, "file"),
      );
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(join(person.home, "file")) as string,
      });
      expect(await readFile(join(person.home, "file"), "utf8")).toBe(text);
    }
  });

  test("goes with its cluster, and nothing else does", async () => {
    await mkdir(join(person.home, ".kube"));
    await writeFile(person.config, emitYaml(others));
    await person.weir("cluster", "kubeconfig", "--merge", "--context", "lab");
    const { code, stdout } = await person.weir("cluster", "reset", "--yes");
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`removed the cluster from ${person.config}`) as string,
    });
    expect(await read(person.config)).toEqual({ ...others, "current-context": "" });
    expect((await person.weir("cluster", "kubeconfig")).stderr).toContain("there is no cluster in");
  });
});

describe("weir cluster export and import", () => {
  let person: Person;

  beforeEach(async () => {
    person = new Person(await mkdtemp(join(tmpdir(), "weir-person-")));
  });
  afterEach(() => rm(person.home, { recursive: true, force: true }));

  const settingsOf = (state: string) =>
    withClient(join(state, "kubeconfig"), (client) => client.get(ConfigMap, settings.metadata));

  test("bring all objects as they are to another cluster", async () => {
    const file = join(person.home, "all.yaml");
    {
      await using _ = await person.start();
      await withClient(join(person.state, "kubeconfig"), (client) => client.create(ConfigMap, settings));
    }
    const { stderr } = await person.weir("cluster", "export", file);
    expect(stderr).toMatch(/^exported \d+ objects to /);
    expect((await person.weir("cluster", "export")).stdout).toBe(await readFile(file, "utf8"));
    const other = join(person.home, "other");
    expect((await person.weir("cluster", "import", file, "--state", other)).stdout).toMatch(
      /^imported \d+ objects into /,
    );
    await using _ = await person.start();
    await using __ = await person.start("--state", other);
    const [mine, theirs] = [await settingsOf(person.state), await settingsOf(other)];
    expect(theirs?.metadata.uid).toBe(mine?.metadata.uid);
    expect(theirs?.data).toEqual({ color: "blue" });
  });

  test("work through the API while the cluster runs", async () => {
    await using _ = await person.start();
    await withClient(join(person.state, "kubeconfig"), (client) => client.create(ConfigMap, settings));
    const { code, stdout } = await person.weir("cluster", "export");
    expect(code).toBe(0);
    const documents = stdout
      .split(/^---$/m)
      .slice(1)
      .map((text) => loadYaml(text) as { kind: string; metadata: { name: string; uid: string } });
    const kinds = [...new Set(documents.map(({ kind }) => kind))];
    expect(kinds.indexOf("Namespace")).toBeLessThan(kinds.indexOf("ConfigMap"));
    expect(
      documents.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "settings"),
    ).toMatchObject({ data: { color: "blue" } });
    expect(new Set(documents.map(({ metadata }) => metadata.uid)).size).toBe(documents.length);
    const file = join(person.home, "live.yaml");
    await writeFile(file, stdout);
    const other = join(person.home, "other");
    expect(await person.weir("cluster", "import", file, "--state", other)).toMatchObject({ code: 0 });
    expect((await person.weir("cluster", "import", file)).stderr).toContain("is run by process");
  });

  test("replace what is there only when they are told to, and only as a whole", async () => {
    const file = join(person.home, "all.yaml");
    await (await person.start())[Symbol.asyncDispose]();
    await person.weir("cluster", "export", file);
    expect((await person.weir("cluster", "import", file)).stderr).toContain("holds objects (--replace");
    await writeFile(join(person.home, "broken.yaml"), `${await readFile(file, "utf8")}---\nkind: Nonsense\n`);
    const before = (await person.weir("cluster", "export")).stdout;
    const broken = await person.weir("cluster", "import", join(person.home, "broken.yaml"), "--replace");
    expect(broken.stderr).toContain("cannot import document");
    expect(
      (await person.weir("cluster", "import", join(person.home, "none.yaml"), "--replace")).stderr,
    ).toContain("there is no file");
    expect((await person.weir("cluster", "export")).stdout).toBe(before);
    expect((await person.weir("cluster", "import", file, "--replace")).code).toBe(0);
    expect((await person.weir("cluster", "export")).stdout).toBe(before);
    expect((await readdir(person.state)).filter((name) => name === "importing")).toEqual([]);
  });
});

describe("weir cluster salvage", () => {
  test("keeps what can be read, says what is lost, and keeps the damaged file", async () => {
    const person = new Person(await mkdtemp(join(tmpdir(), "weir-person-")));
    try {
      await (await person.start())[Symbol.asyncDispose]();
      const path = join(person.state, "cluster.db");
      const bytes = await readFile(path);
      bytes.fill(0, bytes.length - 4096 * 2, bytes.length - 4096);
      await writeFile(path, bytes);
      expect((await person.weir("cluster", "start")).stderr).toContain("weir cluster salvage");
      const { stdout } = await person.weir("cluster", "salvage");
      expect(stdout).toMatch(/^kept \d+ keys at revision \d+; the damaged storage is /);
      await using started = await person.start();
      expect(started.output()).toContain("listens on");
    } finally {
      await rm(person.home, { recursive: true, force: true });
    }
  });
});

describe("weir cluster reset", () => {
  let person: Person;

  beforeEach(async () => {
    person = new Person(await mkdtemp(join(tmpdir(), "weir-person-")));
    await (await person.start())[Symbol.asyncDispose]();
  });
  afterEach(() => rm(person.home, { recursive: true, force: true }));

  test("asks, and does nothing without a yes", async () => {
    const before = await readdir(person.state);
    expect((await person.weir("cluster", "reset")).stderr).toContain("say --yes");
    person.answer = "";
    expect(await person.weir("cluster", "reset")).toEqual({ code: 1, stdout: "", stderr: "" });
    expect(await readdir(person.state)).toEqual(before);
    person.answer = "yes";
    expect((await person.weir("cluster", "reset")).code).toBe(0);
    await expect(readdir(person.state)).rejects.toThrow("ENOENT");
  });

  test("leaves files alone that are not weir's", async () => {
    await writeFile(join(person.state, "notes.txt"), "mine");
    await person.weir("cluster", "reset", "--yes");
    expect(await readdir(person.state)).toEqual(["notes.txt"]);
  });

  test("refuses a folder without a cluster", async () => {
    await writeFile(join(person.home, "cluster.txt"), "mine");
    expect((await person.weir("cluster", "reset", "--yes", person.home)).stderr).toContain(
      "there is no cluster in",
    );
  });

  test("removes a storage that is damaged", async () => {
    await writeFile(join(person.state, "cluster.db"), "x".repeat(10_000));
    expect((await person.weir("cluster", "start")).stderr).toContain("damaged");
    expect((await person.weir("cluster", "reset", "--yes")).code).toBe(0);
    await using started = await person.start();
    expect(started.output()).toContain("listens on");
  });

  test("keeps the way to the cluster where it is asked to", async () => {
    const before = (await person.weir("cluster", "kubeconfig")).stdout;
    await person.weir("cluster", "reset", "--yes", "--keep-access");
    expect(await readdir(person.state)).toEqual(["keys", "kubeconfig", "ports.json"]);
    await using _ = await person.start();
    expect((await person.weir("cluster", "kubeconfig")).stdout).toBe(before);
  });
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CreateOptions, createPackage, terminalQuestions } from "../src/index.ts";

describe("createPackage", () => {
  let workingDirectory: string;
  const said: string[] = [];

  beforeEach(() => {
    workingDirectory = mkdtempSync(join(tmpdir(), "weir-create-"));
    said.length = 0;
  });
  afterEach(() => rmSync(workingDirectory, { recursive: true, force: true }));

  const write = (text: string): void => void said.push(text);
  const create = (options: CreateOptions): Promise<void> =>
    createPackage(options, { workingDirectory, write });
  const textOf = (...path: readonly string[]): string =>
    readFileSync(join(workingDirectory, ...path), "utf8");

  test("writes a package into a new folder of its name, and says how to go on", async () => {
    await create({ name: "my-db" });
    expect(textOf("my-db", "src/my-db.ts")).toContain('kind: "MyDb"');
    expect(said.join("")).toBe(
      "made MyDb (example.com/v1alpha1) in my-db\n\n  cd my-db\n  npm install\n  npm run generate\n  npm test\n  npm start\n",
    );
  });

  test("takes a folder that holds nothing but a repository that was just begun", async () => {
    mkdirSync(join(workingDirectory, ".git"));
    await create({ name: "my-db", folder: "." });
    expect(JSON.parse(textOf("package.json"))).toMatchObject({ name: "my-db" });
  });

  test("refuses a folder that holds something, and writes nothing", async () => {
    writeFileSync(join(workingDirectory, "README.md"), "mine");
    await expect(create({ name: "my-db", folder: "." })).rejects.toThrow("is not empty");
    await expect(create({ name: "my-db", folder: "README.md" })).rejects.toThrow("cannot make a package in");
    expect(readdirSync(workingDirectory)).toEqual(["README.md"]);
  });

  test("copies packed packages into the package", async () => {
    const packages = join(workingDirectory, "packed");
    mkdirSync(packages);
    for (const name of ["weir-sdk-0.1.0.tgz", "weir-source-controller-0.1.0-rc.1.tgz", "other-1.0.0.tgz"])
      writeFileSync(join(packages, name), name);
    await create({ name: "my-db", packages: "packed" });
    expect(readdirSync(join(workingDirectory, "my-db/packages"))).toEqual([
      "weir-sdk-0.1.0.tgz",
      "weir-source-controller-0.1.0-rc.1.tgz",
    ]);
    const { overrides } = JSON.parse(textOf("my-db/package.json"));
    expect(Object.keys(overrides)).toEqual(["@weir/sdk", "@weir/source-controller"]);
  });

  test("refuses a folder of packages that holds none, or one twice", async () => {
    await expect(create({ name: "a", packages: "nowhere" })).rejects.toThrow("cannot read the folder");
    const packages = join(workingDirectory, "packed");
    mkdirSync(packages);
    await expect(create({ name: "a", packages })).rejects.toThrow("holds no packed packages");
    for (const version of ["0.1.0", "0.2.0"]) writeFileSync(join(packages, `weir-sdk-${version}.tgz`), "");
    await expect(create({ name: "a", packages })).rejects.toThrow("@weir/sdk in more than one version");
  });

  test("asks for what was not said where somebody can answer", async () => {
    const asked: string[] = [];
    const ask = async (question: string, proposed: string): Promise<string> => {
      asked.push(`${question} (${proposed})`);
      return question === "name of the package" ? "my-db" : proposed;
    };
    await createPackage({ group: "db.acme.io" }, { workingDirectory, write, ask });
    expect(asked).toEqual(["name of the package (my-controller)", "kind (MyDb)"]);
    expect(textOf("my-db/src/my-db.ts")).toContain('group: "db.acme.io"');
  });

  test("asks nothing elsewhere, and needs a name then", async () => {
    await expect(create({})).rejects.toThrow("say what the package is called");
    const stream = { isTTY: false };
    expect(terminalQuestions(stream as NodeJS.ReadStream, stream as NodeJS.WriteStream)).toBeUndefined();
  });
});

describe("questions on a terminal", () => {
  const openTerminal = () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = Object.assign(new PassThrough(), { isTTY: true });
    const questions = terminalQuestions(
      input as unknown as NodeJS.ReadStream,
      output as unknown as NodeJS.WriteStream,
    );
    return { input, output, questions };
  };

  test("take answers that are typed ahead, and what is proposed for an empty one", async () => {
    const { input, output, questions } = openTerminal();
    input.write("my-db\n\n");
    expect(await questions?.ask("name", "a")).toBe("my-db");
    expect(await questions?.ask("group", "example.com")).toBe("example.com");
    questions?.[Symbol.dispose]();
    expect(String(output.read())).toContain("group (example.com): ");
  });

  test("end in a sentence when the person ends them", async () => {
    const { input, questions } = openTerminal();
    input.end();
    await expect(questions?.ask("name", "a")).rejects.toThrow("cancelled");
  });
});

import { describe, expect, test } from "vitest";
import { scaffoldFiles } from "./scaffold-files.ts";
import { type ScaffoldNames, scaffoldNames, type WantedNames } from "./scaffold-names.ts";

describe("scaffoldNames", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly of: WantedNames;
    readonly want: ScaffoldNames;
  }> = [
    {
      name: "makes all of the package's name",
      of: { name: "my-app" },
      want: { name: "my-app", group: "example.com", kind: "MyApp", plural: "myapps", file: "my-app" },
    },
    {
      name: "takes group and kind as they are given",
      of: { name: "db-operator", group: "db.acme.io", kind: "HTTPProxy" },
      want: {
        name: "db-operator",
        group: "db.acme.io",
        kind: "HTTPProxy",
        plural: "httpproxies",
        file: "http-proxy",
      },
    },
    {
      name: "forms the plural as Kubernetes guesses it",
      of: { name: "bus" },
      want: { name: "bus", group: "example.com", kind: "Bus", plural: "buses", file: "bus" },
    },
    {
      name: "takes the plural that is given",
      of: { name: "datum", plural: "data" },
      want: { name: "datum", group: "example.com", kind: "Datum", plural: "data", file: "datum" },
    },
  ];

  test.each(cases)("$name", ({ of, want }) => {
    expect(scaffoldNames(of)).toEqual(want);
  });

  const refused: ReadonlyArray<{
    readonly name: string;
    readonly of: WantedNames;
    readonly message: string;
  }> = [
    { name: "a name with a slash", of: { name: "../a" }, message: "a name is lower case letters" },
    { name: "no name", of: { name: "" }, message: "a name is lower case letters" },
    { name: "a name that is too long", of: { name: "a".repeat(51) }, message: "50 at most" },
    { name: "a group without a dot", of: { name: "a", group: "apps" }, message: "a group is a domain" },
    { name: "a group with a quote", of: { name: "a", group: 'a".b' }, message: "a group is a domain" },
    { name: "a kind in lower case", of: { name: "a", kind: "thing" }, message: "begins with a capital" },
    { name: "a plural with a dash", of: { name: "a", plural: "a-b" }, message: "one word in lower case" },
  ];

  test.each(refused)("refuses $name", ({ of, message }) => {
    expect(() => scaffoldNames(of)).toThrow(message);
  });
});

describe("scaffoldFiles", () => {
  const names = scaffoldNames({ name: "db-operator", group: "db.acme.io", kind: "Database" });

  test("leaves no name of the example behind, in paths and in texts", () => {
    for (const [path, text] of scaffoldFiles(names)) {
      expect(`${path}\n${text}`).not.toMatch(/MyApp|myapp|my-app|example\.com|@weir\/source|testkit/);
    }
    expect([...scaffoldFiles(names).keys()]).toContain("src/database.ts");
  });

  test("is the example itself under the example's names", () => {
    const files = scaffoldFiles(scaffoldNames({ name: "myapp", kind: "MyApp" }));
    expect(files.get("src/controller.ts")).toContain('createController("myapp"');
    expect(files.get("src/my-app.ts")).toContain('kind: "MyApp"');
  });

  test("refuses a kind, a plural and a file that its code has a use for", () => {
    const kind = scaffoldNames({ name: "pod" });
    expect(() => scaffoldFiles(kind)).toThrow("Pod is a name that the code of the new package uses");
    const plural = scaffoldNames({ name: "thing", plural: "pods" });
    expect(() => scaffoldFiles(plural)).toThrow("pods is a name that the code of the new package uses");
    const file = scaffoldNames({ name: "thing", kind: "DecidePods" });
    expect(() => scaffoldFiles(file)).toThrow("decide-pods.ts is a file that the new package has");
  });

  test.each(["thing", "image", "cluster", "web-app", "backup"])(
    "takes %s, which no code of it uses",
    (name) => {
      expect(scaffoldFiles(scaffoldNames({ name })).size).toBeGreaterThan(10);
    },
  );

  test("takes packages from tarballs, and what they need of each other as well", () => {
    const packed = [
      { name: "@weir/sdk", path: "packages/weir-sdk-0.1.0.tgz" },
      { name: "@weir/text", path: "packages/weir-text-0.1.0.tgz" },
    ];
    const manifest = JSON.parse(scaffoldFiles(names, packed).get("package.json") ?? "{}");
    expect(manifest).toMatchObject({
      name: "db-operator",
      dependencies: { "@weir/sdk": "file:packages/weir-sdk-0.1.0.tgz" },
      overrides: {
        "@weir/sdk": "file:packages/weir-sdk-0.1.0.tgz",
        "@weir/text": "file:packages/weir-text-0.1.0.tgz",
      },
    });
    expect(manifest.dependencies).not.toHaveProperty("@weir/text");
  });
});

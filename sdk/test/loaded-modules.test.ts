import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { serveStub } from "./served-stub.ts";
import { StubServer } from "./stub-server.ts";

describe("a manager that has read its objects over the network", () => {
  test("made Node load neither fetch nor HTTP/2, which take 14 MB", async () => {
    const stub = new StubServer();
    stub.put("/apis/example.com/v1/things", {
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: { namespace: "ns", name: "a" },
    });
    await using served = await serveStub(stub);
    const program = fileURLToPath(new URL("./fixtures/loaded-modules.ts", import.meta.url));
    const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [...flags, program, served.url]);
    const [done, ...loaded] = stdout.trimEnd().split("\n");
    expect(done).toBe("reconciled a");
    expect(loaded).toContain("NativeModule http");
    expect(loaded.filter((name) => /undici|http2/.test(name))).toEqual([]);
  });
});

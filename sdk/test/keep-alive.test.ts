import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

describe("a manager that runs", () => {
  test("keeps its process while nothing but retries is left to do, and lets it end when it stops", async () => {
    const program = fileURLToPath(new URL("./fixtures/unreachable-api.ts", import.meta.url));
    const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
    const child = spawn(process.execPath, [...flags, program], { stdio: ["ignore", "pipe", "inherit"] });
    const closed = once(child, "close");
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      // Its timers alone brought it this far: a process that they do not hold would be gone.
      if (!child.killed && output.includes("request 3\n")) child.kill("SIGTERM");
    });
    expect(await closed).toEqual([0, null]);
    expect(output).toMatch(/stopped\n$/);
  });
});

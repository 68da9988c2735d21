import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addBuild } from "./build-command.ts";
import { PLAIN_FLAGS, plainTargets } from "./plain-build.ts";

describe("a build without flags", () => {
  test("has the defaults that the command declares", () => {
    const program = new Command();
    addBuild(program, { environment: {} as never, exit: () => undefined });
    const command = program.commands[0]?.commands.find((each) => each.name() === "kustomization");
    // A flag that says no is set when a command line is read.
    expect({ lock: true, cache: true, ...command?.opts() }).toEqual(PLAIN_FLAGS);
  });

  test.each([
    { args: ["build", "kustomization", "a"], want: ["a"] },
    { args: ["build", "ks"], want: [] },
    { args: ["build", "kustomization", "a", "--locked"], want: undefined },
    { args: ["build", "kustomization", "-"], want: undefined },
    { args: ["build"], want: undefined },
    { args: ["get", "ks"], want: undefined },
  ])("of $args names the targets $want", ({ args, want }) => {
    expect(plainTargets(args)).toEqual(want);
  });
});

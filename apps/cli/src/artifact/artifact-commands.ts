import { Command } from "commander";
import { goDurationMs } from "@weir/core";
import type { Environment } from "../environment.ts";
import { parseDuration } from "../parse-argument.ts";
import type {
  BuildArtifactFlags,
  DiffArtifactFlags,
  ListArtifactsFlags,
  PullArtifactFlags,
  PushArtifactFlags,
  TagArtifactFlags,
} from "./artifact-flags.ts";

/** What the commands need besides their arguments. */
export interface ArtifactCommandDeps {
  readonly environment: Environment;
}

/** Declares `weir push artifact`. */
export function addPush(program: Command, deps: ArtifactCommandDeps): void {
  const command = program
    .command("push")
    .description("push to a registry")
    .command("artifact")
    .description("pack a folder or a file and push it to a registry")
    .argument("[url]", "oci://HOST/PATH[:TAG]");
  withRegistry(withPacking(command, "-f, --path <path>"))
    .option("--source <url>", "where the content is from, such as the URL of a Git repository")
    .option("--revision <revision>", "of the source, such as main@sha1:COMMIT")
    .option("-a, --annotations <key=value>", "an annotation; may be given again", collect, [])
    .option("-o, --output <format>", "json or yaml: print the digest so")
    .option("--reproducible", "the same content has the same digest, with a time of 1970", false)
    .action(async (url: string | undefined, flags: PushArtifactFlags) => {
      const { runPushArtifact } = await import("./push-artifact.ts");
      await runPushArtifact(url, flags, deps.environment);
    });
}

/** Declares `weir pull artifact`. */
export function addPull(program: Command, deps: ArtifactCommandDeps): void {
  const command = program
    .command("pull")
    .description("pull from a registry")
    .command("artifact")
    .description("unpack an artifact into a folder")
    .argument("[url]", "oci://HOST/PATH[:TAG|@DIGEST]");
  withRegistry(command)
    .option("-o, --output <folder>", "folder, which is there, to unpack to")
    .action(async (url: string | undefined, flags: PullArtifactFlags) => {
      const { runPullArtifact } = await import("./pull-artifact.ts");
      await runPullArtifact(url, flags, deps.environment);
    });
}

/** Declares `weir tag artifact`. */
export function addTag(program: Command, deps: ArtifactCommandDeps): void {
  const command = program
    .command("tag")
    .description("tag in a registry")
    .command("artifact")
    .description("give more tags to an artifact")
    .argument("[url]", "oci://HOST/PATH[:TAG|@DIGEST]");
  withRegistry(command)
    .option("--tag <tags>", "one or more, between commas; may be given again", collectList, [])
    .action(async (url: string | undefined, flags: TagArtifactFlags) => {
      const { runTagArtifact } = await import("./tag-artifact.ts");
      await runTagArtifact(url, flags, deps.environment);
    });
}

/** Declares `weir list artifacts`. */
export function addList(program: Command, deps: ArtifactCommandDeps): void {
  const command = program
    .command("list")
    .description("list what is in a registry")
    .command("artifacts")
    .alias("artifact")
    .description("list the tags of a repository with what they stand for")
    .argument("[url]", "oci://HOST/PATH");
  withRegistry(command)
    .option("--filter-semver <range>", "only tags that are versions of a range")
    .option("--filter-regex <expression>", "only tags that match")
    .action(async (url: string | undefined, flags: ListArtifactsFlags) => {
      const { runListArtifacts } = await import("./list-artifacts.ts");
      await runListArtifacts(url, flags, deps.environment);
    });
}

/** Declares `weir build artifact` below `weir build`. */
export function addBuildArtifact(build: Command, deps: ArtifactCommandDeps): void {
  const command = build
    .command("artifact")
    .description("pack a folder or a file into a .tgz, as `weir push artifact` pushes it");
  withPacking(command, "-p, --path <path>")
    .option("-o, --output <file>", "file to write", "artifact.tgz")
    .action(async (flags: BuildArtifactFlags) => {
      const { runBuildArtifact } = await import("./build-artifact.ts");
      await runBuildArtifact(flags, deps.environment);
    });
}

/** Declares `weir diff artifact`; the other things that are compared read their flags as other programs do. */
export function diffArtifactCommand(deps: ArtifactCommandDeps): Command {
  const command = new Command("artifact")
    .description("compare a folder or a file with an artifact; ends with 1 where they differ")
    .argument("[url]", "oci://HOST/PATH[:TAG|@DIGEST]");
  return withRegistry(withPacking(command, "--path <path>")).action(
    async (url: string | undefined, flags: DiffArtifactFlags) => {
      const { runDiffArtifact } = await import("./diff-artifact.ts");
      await runDiffArtifact(url, flags, deps.environment);
    },
  );
}

function withRegistry(command: Command): Command {
  return command
    .option("--creds <user:password>", "who to log in as; the docker configuration by default")
    .option("--provider <name>", "how to log in; generic alone", "generic")
    .option("--insecure-registry", "speak plain HTTP where there is no HTTPS", false)
    .option("--timeout <duration>", "longest time for all of it", parseDuration, goDurationMs("5m"));
}

function withPacking(command: Command, path: string): Command {
  return command
    .option(path, "folder or file to pack; - for standard input")
    .option("--ignore-paths <rules>", "what to leave out, in the syntax of .gitignore", collectList)
    .option("--add-ignore-paths <rules>", "what to leave out besides", collectList)
    .option("--resolve-symlinks", "pack what symbolic links point to; they are left out by default", false);
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Flags that may repeat, and hold several values between commas. */
function collectList(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...value.split(",").filter((part) => part !== "")];
}

import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { ParserTarget } from "../src/fuzz/parsers/parser-target.ts";
import { openParsers, runParserCase } from "../src/fuzz/parsers/run-parsers.ts";

const SEED = 20_260;
const RUNS = 150;

describe("a parser", () => {
  let opened: Awaited<ReturnType<typeof openParsers>>;
  let targets: ReadonlyMap<string, ParserTarget>;

  beforeAll(async () => {
    opened = await openParsers();
    targets = new Map(opened.targets.map((target) => [target.name, target]));
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  test.each([
    "json",
    "yaml",
    "protobuf",
    "json-patch",
    "label-selector",
    "field-selector",
    "quantity",
    "time",
    "cel",
    "paths",
    "accept",
    "content-type",
    "continue",
    "query",
    "tokens",
    "impersonation",
    "bodies",
    "custom-bodies",
    "protobuf-bodies",
    "patches",
    "delete-options",
    "json-paths",
    "reviews",
  ])("of %s meets broken input with its own errors, in no time", async (name) => {
    const target = targets.get(name) as ParserTarget;
    const property = fc.asyncProperty(fc.nat(), async (index) => {
      const failure = await runParserCase(target, SEED, index);
      if (failure !== undefined) throw new TypeError(failure.problem);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });
});

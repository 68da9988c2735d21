// npm run fuzz [-- TARGET] [--cases N] [--seed S] [--case K,…] [--kind KIND,…] [--out DIR] [--shrink N] [--repeats N] [--verbose]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench, FuzzCase, FuzzTarget } from "./fuzz-target.ts";
import { casesOfKinds, compareCase, type Compared, compareCases, generateCase } from "./run-cases.ts";
import { openParsers, runParserCase } from "./parsers/run-parsers.ts";
import { shrink } from "./shrink.ts";
import { TARGETS } from "./targets.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: "string", default: "100" },
    seed: { type: "string" },
    case: { type: "string" },
    kind: { type: "string" },
    out: { type: "string" },
    shrink: { type: "string", default: "3" },
    repeats: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

const seed = Number(values.seed ?? Date.now() % 1_000_000);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function show(given: FuzzCase): string {
  const files = Object.entries(given.files).map(([path, text]) => `# ${path}\n${text.replace(/\n?$/, "\n")}`);
  return `${files.join("")}(run ${given.run} ${JSON.stringify(given.options)})`;
}

/** A smaller case with the same kind of difference. */
async function shrinkCompared(bench: Bench, compared: Compared): Promise<Compared> {
  const { kind } = compared.difference ?? {};
  let best = compared;
  await shrink(compared.given, async (given) => {
    const next = await compareCase(bench, given, compared.index);
    if (next.difference?.kind !== kind || next.waiver !== undefined) return false;
    best = next;
    return true;
  });
  return best;
}

function keep(target: FuzzTarget, { given, theirs, index }: Compared): void {
  if (values.out === undefined) return;
  mkdirSync(values.out, { recursive: true });
  const name = `seed-${seed}-${index}`;
  const text = JSON.stringify(target.record(name, given, theirs), undefined, 2);
  writeFileSync(join(values.out, `${name}.json`), `${text}\n`);
}

async function report(bench: Bench, compared: Compared, isShrunk: boolean): Promise<void> {
  say(`differs: --seed ${seed} --case ${compared.index}: ${compared.difference?.kind}`);
  const smallest = isShrunk ? await shrinkCompared(bench, compared) : compared;
  keep(bench.target, smallest);
  if (isShrunk) say(show(smallest.given));
  say(smallest.difference?.detail ?? "");
}

/** The indices of the cases that are asked for. */
function wantedCases({ target }: Bench): Iterable<number> {
  if (values.case !== undefined) return values.case.split(",").map(Number);
  const kinds = values.kind?.split(",") ?? [];
  return casesOfKinds(target, { seed, count: Number(values.cases), kinds });
}

/** The kinds asked for that a target does not have. */
function unknownKinds({ kinds = [] }: FuzzTarget): string[] {
  return (values.kind?.split(",") ?? []).filter((kind) => !kinds.includes(kind));
}

function announce(bench: Bench): void {
  const { target } = bench;
  const ofKinds = values.kind === undefined ? "" : ` of ${values.kind}`;
  const which = values.case === undefined ? `${values.cases} cases${ofKinds}` : `case ${values.case}`;
  say(`fuzz ${target.name}: seed ${seed}, ${which}`);
  if (!values.verbose || values.case === undefined) return;
  for (const index of wantedCases(bench)) say(show(generateCase(target, seed, index)));
}

async function runTarget(bench: Bench): Promise<boolean> {
  const { target } = bench;
  const unknown = unknownKinds(target);
  if (unknown.length > 0) {
    say(
      `fuzz ${target.name}: has no cases of ${unknown.join(", ")}; there are ${(target.kinds ?? []).join(", ")}`,
    );
    return false;
  }
  announce(bench);
  const waived = new Map<string, number>();
  const count = { passed: 0, failed: 0, waived: 0, errors: 0 };
  for await (const compared of compareCases(bench, seed, wantedCases(bench))) {
    if (compared.theirs.error !== undefined) count.errors += 1;
    if (compared.difference === undefined) count.passed += 1;
    else if (compared.waiver !== undefined) {
      count.waived += 1;
      waived.set(compared.waiver, (waived.get(compared.waiver) ?? 0) + 1);
    } else {
      count.failed += 1;
      await report(bench, compared, count.failed <= Number(values.shrink));
    }
  }
  for (const [name, times] of waived) {
    say(`waived ${times}: ${name}: ${target.waivers.find((waiver) => waiver.name === name)?.reason}`);
  }
  say(`${count.errors} of the cases fail in ${target.tool}`);
  say(
    `fuzz ${target.name}: ${count.passed} passed, ${count.failed} failed, ${count.waived} waived, seed ${seed}`,
  );
  return count.failed === 0;
}

const PARSERS = "parsers";

/** Gives broken input to every parser, in turn; nothing is compared with another program. */
async function runParsers(): Promise<boolean> {
  await using parsers = await openParsers();
  const only = values.case === undefined ? undefined : Number(values.case);
  const [from, to] = only === undefined ? [0, Number(values.cases)] : [only, only + 1];
  let failed = 0;
  for (const target of parsers.targets) {
    const seen = new Set<string>();
    const start = performance.now();
    for (let index = from; index < to; index += 1) {
      const failure = await runParserCase(target, seed, index);
      if (failure === undefined) continue;
      failed += 1;
      // One cause is shown once: what differs is the input in front of it.
      const cause = failure.problem
        .replace(/^.*? (?=threw|logs|rejects|takes|JSON|read|does)/s, "")
        .slice(0, 300);
      if (!seen.has(cause))
        say(`fails: ${PARSERS} ${target.name} --seed ${seed} --case ${index}: ${failure.problem}`);
      seen.add(cause);
    }
    say(
      `fuzz ${PARSERS} ${target.name}: ${to - from} cases, ${seen.size} causes, ${Math.round(performance.now() - start)} ms`,
    );
  }
  say(
    `fuzz ${PARSERS}: ${(to - from) * parsers.targets.length - failed} passed, ${failed} failed, seed ${seed}`,
  );
  return failed === 0;
}

if (positionals.includes(PARSERS) && !(await runParsers())) process.exitCode = 1;

const others = positionals.filter((name) => name !== PARSERS);
const wanted =
  positionals.length > 0 && others.length === 0
    ? []
    : TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (wanted.length < others.length) {
  say(
    `no target is named ${others.join(" or ")}: there are ${[...TARGETS.map(({ name }) => name), PARSERS].join(", ")}`,
  );
  process.exitCode = 1;
}
for (const { name, open } of wanted) {
  const opened = await open();
  if (opened.kind === "absent") {
    say(`fuzz ${name}: skipped: ${opened.reason}`);
    continue;
  }
  await using _ended = opened;
  const { repeats = opened.bench.target.repeats } = values;
  const target = { ...opened.bench.target, ...(repeats === undefined ? {} : { repeats: Number(repeats) }) };
  if (!(await runTarget({ ...opened.bench, target }))) process.exitCode = 1;
}

import type { KubeObject } from "@weir/objects";
import { isApiError } from "@weir/client";
import { utf8Text } from "@weir/text";
import type { ChartCrd } from "../chart/chart.ts";
import { describeError } from "@weir/core";
import { ReleaseActionError } from "./action-error.ts";
import { logLine } from "./action-log.ts";
import { buildObjects } from "./build-objects.ts";
import { type BuiltObject, keyOfBuilt } from "./built-object.ts";
import type { ReleaseContext, WaitStrategy } from "./release-context.ts";
import { inStep } from "./release-steps.ts";
import { waitUntilReady } from "./wait-for-objects.ts";
import { createObjects, updateObjects } from "./write-objects.ts";

/** What becomes of definitions in `crds/`: Flux's policies. */
export type CrdPolicy = "Skip" | "Create" | "CreateReplace";

/** The definitions of a chart, and what becomes of them. */
export interface CrdRequest {
  readonly policy: CrdPolicy;
  /** Made by `chartCrds` of the chart whose dependencies are processed. */
  readonly files: readonly ChartCrd[];
  /** Added to each definition: Flux marks where it comes from. */
  readonly labels?: Readonly<Record<string, string>>;
  /** That of the action by default; otherwise definitions are created and replaced. */
  readonly serverSideApply?: boolean;
  /** `poller` by default. */
  readonly waitStrategy?: WaitStrategy;
  /** Told of objects in `crds/` that are no definitions and are left out: `group/Kind/[namespace/]name`. */
  readonly onSkipped?: (references: readonly string[]) => void;
}

const TIMEOUT_MS = 60_000;
const GROUP = "apiextensions.k8s.io";
const KIND = "CustomResourceDefinition";

/**
 * Creates or replaces the definitions of a chart and waits until they are served. Installs and upgrades do it first where
 * they are given a `CrdRequest`. Definitions are never deleted, and conflicts are forced, as in Flux.
 */
export async function applyCrds(context: ReleaseContext, request: CrdRequest): Promise<void> {
  const { files, policy, waitStrategy = "poller" } = request;
  if (files.length === 0) return;
  if (policy === "Skip") {
    logLine(context, "info", `skipping CustomResourceDefinition apply: policy is set to ${policy}`);
    return;
  }
  const definitions = await definitionsOf(context, request);
  logLine(context, "info", `applying CustomResourceDefinition(s) with policy ${policy}`);
  const serverSideApply = request.serverSideApply ?? true;
  const write = policy === "Create" ? createDefinitions : replaceDefinitions;
  const answers = new Map<string, KubeObject>();
  const written = await write(context, definitions, { serverSideApply, answers });
  if (written.length === 0) return;
  await logged(context, "failed to wait for CustomResourceDefinition(s)", () =>
    waitUntilReady(context, written, {
      strategy: waitStrategy,
      withJobs: false,
      timeoutMs: TIMEOUT_MS,
      answers,
    }),
  );
  logLine(context, "info", `successfully applied ${written.length} CustomResourceDefinition(s)`);
  logLine(context, "info", "clearing REST mapper cache");
  await context.client.discover({ refresh: true });
}

async function definitionsOf(context: ReleaseContext, request: CrdRequest): Promise<readonly BuiltObject[]> {
  const built: BuiltObject[] = [];
  for (const { name, data } of request.files) {
    const problem = `failed to parse CustomResourceDefinitions from ${name}`;
    const objects = await logged(context, problem, () =>
      buildObjects(context.client, utf8Text(data), "default"),
    );
    built.push(...objects);
  }
  const isDefinition = ({ kind }: BuiltObject): boolean => kind.group === GROUP && kind.kind === KIND;
  const skipped = built.filter((object) => !isDefinition(object)).map(referenceOf);
  if (skipped.length > 0) request.onSkipped?.(skipped);
  return built.filter(isDefinition).map((object) => withLabels(object, request.labels ?? {}));
}

function referenceOf(built: BuiltObject): string {
  const { namespace, name } = keyOfBuilt(built);
  const { group, kind } = built.kind;
  return [group, kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

function withLabels(built: BuiltObject, added: Readonly<Record<string, string>>): BuiltObject {
  const { metadata } = built.object;
  const labels = { ...metadata.labels, ...added };
  return { ...built, object: { ...built.object, metadata: { ...metadata, labels } } };
}

interface DefinitionMode {
  readonly serverSideApply: boolean;
  readonly answers: Map<string, KubeObject>;
}

async function createDefinitions(
  context: ReleaseContext,
  definitions: readonly BuiltObject[],
  mode: DefinitionMode,
): Promise<readonly BuiltObject[]> {
  const created: BuiltObject[] = [];
  for (const definition of definitions) {
    const { name } = keyOfBuilt(definition);
    try {
      await createObjects(context, [definition], { ...mode, forceConflicts: mode.serverSideApply });
      created.push(definition);
    } catch (cause) {
      if (!isApiError(cause, "AlreadyExists")) {
        throw failed(context, `failed to create CustomResourceDefinition ${name}`, cause);
      }
      logLine(context, "info", `CustomResourceDefinition ${name} is already present. Skipping.`);
    }
  }
  return created;
}

async function replaceDefinitions(
  context: ReleaseContext,
  definitions: readonly BuiltObject[],
  { serverSideApply, answers }: DefinitionMode,
): Promise<readonly BuiltObject[]> {
  const originals: BuiltObject[] = [];
  for (const definition of definitions) {
    const { name } = keyOfBuilt(definition);
    const live = await logged(context, `failed to get CustomResourceDefinition ${name}`, () =>
      context.client.get(definition.kind, { name }),
    );
    if (live !== undefined) originals.push({ kind: definition.kind, object: live as KubeObject });
  }
  const mode = { serverSideApply, forceConflicts: serverSideApply, forceReplace: !serverSideApply, answers };
  const result = await updateObjects(context, { originals, targets: definitions }, mode);
  await inStep("failed to update CustomResourceDefinition(s)", async () => {
    if (result.error !== undefined) throw result.error;
  });
  return [...result.created, ...result.updated];
}

/** Failures are logged besides, with all their text. */
async function logged<T>(context: ReleaseContext, problem: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw failed(context, problem, cause);
  }
}

function failed(context: ReleaseContext, problem: string, cause: unknown): ReleaseActionError {
  const error = new ReleaseActionError(problem, { cause });
  logLine(context, "error", describeError(error));
  return error;
}

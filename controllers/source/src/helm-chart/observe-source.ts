import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, GitRepository, type HelmChart, HelmRepository, SourceReason } from "@weir/api";
import type { ArtifactStorage } from "@weir/artifact";
import { isApiError } from "@weir/client";
import { isStatic } from "../helm-repository/static-repository.ts";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";

/** Where a chart comes from, as it is now. */
export type ChartSource =
  | {
      readonly kind: "repository";
      readonly repository: HelmRepository;
      readonly revision: string | undefined;
    }
  | { readonly kind: "git"; readonly artifact: Artifact; readonly revision: string }
  /** There is nothing of it to build from. */
  | { readonly kind: "empty" };

/** The kinds of source that charts are built from. */
export type ChartSourceKind = "HelmRepository" | "GitRepository";

/** Reads the source that a HelmChart names. Throws `SourceStepError` where there is none. */
export async function observeChartSource(
  { spec, metadata: { namespace = "" } }: HelmChart,
  ctx: Pick<SourceContext, "get">,
  storage: Pick<ArtifactStorage, "root">,
): Promise<ChartSource> {
  const { kind, name } = spec.sourceRef;
  const key = { namespace, name };
  if (kind === "GitRepository") {
    const source = await readOr(kind, name, () => ctx.get(GitRepository, key));
    const artifact = source.status?.artifact;
    if (artifact === undefined || !(await isThere(artifact, storage))) return { kind: "empty" };
    return { kind: "git", artifact, revision: artifact.revision };
  }
  const repository = await readOr("HelmRepository", name, () => ctx.get(HelmRepository, key));
  const artifact = repository.status?.artifact;
  const hasIndex = artifact !== undefined && (await isThere(artifact, storage));
  if (!hasIndex && !isStatic(repository)) return { kind: "empty" };
  return { kind: "repository", repository, revision: artifact?.revision };
}

async function readOr<Source>(
  kind: ChartSourceKind,
  name: string,
  read: () => Promise<Source | undefined>,
): Promise<Source> {
  const failure = { condition: "FetchFailed", reason: SourceReason.SourceUnavailable } as const;
  const source = await read().catch((cause: unknown) => {
    if (!isApiError(cause, "Forbidden")) throw cause;
    throw new SourceStepError(failure, "failed to get source", { cause });
  });
  if (source !== undefined) return source;
  const message = `failed to get source: ${kind}.source.toolkit.fluxcd.io ${JSON.stringify(name)} not found`;
  throw new SourceStepError(failure, message);
}

async function isThere({ path }: Artifact, { root }: Pick<ArtifactStorage, "root">): Promise<boolean> {
  const found = await stat(join(root, path)).catch(() => undefined);
  return found?.isFile() === true;
}

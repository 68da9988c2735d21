import { type Artifact, OCIRepository, SourceReason } from "@weir/api";
import { type ArtifactStorage, readIgnorePatterns } from "@weir/artifact";
import { anySignal, type Clock, goDurationMs, type Outcome, timeoutSignal } from "@weir/core";
import { formatReference, type RegistryClient, RegistryDeadlineError } from "@weir/oci";
import type { ReconcileContext } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { ensureStored } from "../artifact-storage/ensure-stored.ts";
import type { RegistryAccess, RegistryClients } from "../registry/registry-clients.ts";
import type { SourceEvents } from "../report/source-events.ts";
import type { Said } from "../report/source-facts.ts";
import { reconcileSource, type SourceTiming } from "../run/reconcile-source.ts";
import { sayProgress } from "../run/source-context.ts";
import { type ArtifactDecision, decideArtifact, shapeOf } from "./decide-artifact.ts";
import type { OCIRepositoryFacts } from "./facts.ts";
import { findRevision, type FoundRevision, repositoryOf } from "./find-revision.ts";
import { storedMessage } from "./messages.ts";
import { observeAccess } from "./observe-access.ts";
import { type PulledContent, pullContent } from "./pull-content.ts";
import { verifyRevision } from "./verify-revision.ts";

/** What reconciling OCIRepositories needs from the outside. */
export interface OCIRepositoryDeps extends SourceTiming {
  readonly storage: ArtifactStorage;
  readonly clock: Clock;
}

type Context = ReconcileContext<OCIRepository, OCIRepositoryFacts>;

const DEFAULT_TIMEOUT = "60s";
/** The name by which `status.url` always finds the newest artifact. */
const LATEST = "latest.tar.gz";

/** Brings the artifact of an OCIRepository in line with its registry: observe, decide, act; the report writes the status. */
export function reconcileOCIRepository(
  repository: OCIRepository,
  ctx: Context,
  deps: OCIRepositoryDeps & { readonly clients: RegistryClients },
): Promise<Outcome> {
  return reconcileSource(repository, ctx, deps, {
    refused: refuseWithoutSpec(repository),
    run: (events) => new OCIRepositoryRun(repository, ctx, deps, events).run(),
  });
}

/** The kind's schema does not ask for a spec. */
function refuseWithoutSpec({
  spec,
}: Partial<OCIRepository>): Extract<Outcome, { readonly kind: "stalled" }> | undefined {
  if (spec !== undefined) return undefined;
  return { kind: "stalled", reason: SourceReason.URLInvalid, message: "spec.url: required value" };
}

function newsOf({ revision, followed }: FoundRevision): Said {
  const message = `new revision '${revision}' for '${formatReference(followed)}'`;
  return { reason: SourceReason.NewRevision, message };
}

function buildingOf({ message }: Said): string {
  return `building artifact: ${message}`;
}

class OCIRepositoryRun {
  readonly #repository: OCIRepository;
  readonly #ctx: Context;
  readonly #deps: OCIRepositoryDeps & { readonly clients: RegistryClients };
  readonly #events: SourceEvents;

  constructor(
    repository: OCIRepository,
    ctx: Context,
    deps: OCIRepositoryDeps & { readonly clients: RegistryClients },
    events: SourceEvents,
  ) {
    this.#repository = repository;
    this.#ctx = ctx;
    this.#deps = deps;
    this.#events = events;
  }

  async run(): Promise<void> {
    const { storage, clients, clock } = this.#deps;
    const { status, spec } = this.#repository;
    const owner = ownerOf(OCIRepository.kind, this.#repository);
    const stored = await ensureStored(status?.artifact, owner, this.#ctx, storage);
    const access = await observeAccess(this.#repository, this.#ctx);
    const timeoutMs = goDurationMs(spec.timeout ?? DEFAULT_TIMEOUT);
    using timeout = timeoutSignal(clock, timeoutMs, () => new RegistryDeadlineError());
    using held = anySignal(this.#ctx.signal, timeout.signal);
    const named = repositoryOf(spec);
    using lease = clients.open(access);
    const { client } = lease;
    try {
      const found = await findRevision(this.#repository, named, client, held.signal);
      await this.#follow(found, stored, client, held.signal);
    } catch (error) {
      this.#forget(access);
      throw error;
    }
  }

  /** What was learnt of a registry may be what fails: the next run finds out anew. */
  #forget(access: RegistryAccess): void {
    this.#deps.clients.forget(access);
  }

  async #follow(
    found: FoundRevision,
    stored: Artifact | undefined,
    client: RegistryClient,
    signal: AbortSignal,
  ): Promise<void> {
    const { revision } = found;
    const decision = decideArtifact(this.#repository, stored, revision);
    const news = decision.pulls === "revision" ? newsOf(found) : undefined;
    let content: PulledContent | undefined;
    try {
      content = await this.#verifyAndPull(found, decision, client, signal);
    } finally {
      // Flux says what is new once it is pulled, or could not be.
      if (news !== undefined)
        this.#ctx.record({ isChanging: true, outdated: news, progress: buildingOf(news) });
    }
    this.#ctx.record({ isFetched: true });
    if (content === undefined) return this.#keep(revision, stored);
    if (news !== undefined) await sayProgress(this.#ctx, buildingOf(news));
    await this.#store(found, content);
  }

  /** What was pulled; `undefined` where what is stored is it. */
  async #verifyAndPull(
    { revision, pinned }: FoundRevision,
    decision: ArtifactDecision,
    client: RegistryClient,
    signal: AbortSignal,
  ): Promise<PulledContent | undefined> {
    if (decision.verifies) {
      await verifyRevision(this.#repository, pinned, { client, ctx: this.#ctx, signal });
      this.#ctx.record({ verified: { message: `verified signature of revision ${revision}` } });
    }
    if (decision.pulls === undefined) return undefined;
    return pullContent(this.#repository, pinned, client, signal);
  }

  #keep(revision: string, stored: Artifact | undefined): void {
    const { spec, status } = this.#repository;
    // The server that serves what is stored may be another than before.
    if (stored !== undefined && stored.url !== status?.artifact?.url) {
      const owner = ownerOf(OCIRepository.kind, this.#repository);
      const path = `${owner.kind}/${owner.namespace}/${owner.name}/${LATEST}`;
      this.#ctx.record({ artifact: stored, url: this.#deps.storage.urlOf({ path }) });
    }
    this.#events.upToDate(revision);
    if (stored !== undefined) this.#events.recovered(stored, storedMessage(spec.url, stored));
  }

  async #store({ revision, pinned }: FoundRevision, content: PulledContent): Promise<void> {
    const { storage } = this.#deps;
    const { spec } = this.#repository;
    const { annotations } = content;
    using lock = await storage.lock(ownerOf(OCIRepository.kind, this.#repository));
    const described = {
      revision,
      fileName: `${pinned.digest}.tar.gz`,
      signal: this.#ctx.signal,
      ...(Object.keys(annotations).length === 0 ? {} : { metadata: annotations }),
    };
    const artifact =
      content.kind === "layer"
        ? await storage.store(lock, { ...described, bytes: content.bytes })
        : await storage.archive(lock, {
            ...described,
            directory: content.tree,
            patterns: await readIgnorePatterns(content.tree, spec.ignore),
          });
    const url = await storage.link(lock, artifact, LATEST);
    this.#ctx.record({ artifact, shape: shapeOf(spec), ...(url === undefined ? {} : { url }) });
    this.#events.stored(artifact, storedMessage(spec.url, artifact));
  }
}

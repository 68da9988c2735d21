import type { Artifact } from "@weir/api";
import { downloadArtifact, type FetchArtifactDeps } from "@weir/artifact";
import type { ReleaseRenderer } from "../render/release-renderer.ts";
import type { ChartFacts } from "../render/release-task.ts";

/** What downloading charts needs. */
export interface ChartStoreDeps extends FetchArtifactDeps {
  readonly renderer: Pick<ReleaseRenderer, "inspect">;
  /** How often a failed download is tried again. */
  readonly retries: number;
}

/** Bytes of all archives that are kept although nothing uses them just now. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** How many charts are remembered by what is known of them. */
const KEPT_FACTS = 4_096;

/**
 * The archives of charts, each downloaded and held against its digest once for all releases of it, and what is known of
 * them. What was used longest ago is let go first; its facts stay, so that an unchanged release needs no archive.
 */
export class ChartStore {
  readonly #deps: ChartStoreDeps;
  readonly #archives = new Map<string, Promise<Uint8Array>>();
  readonly #sizes = new Map<string, number>();
  readonly #facts = new Map<string, ChartFacts>();

  constructor(deps: ChartStoreDeps) {
    this.#deps = deps;
  }

  /** What is known of the chart of an artifact. Fails as `downloadArtifact` and loading the chart do. */
  async facts(artifact: Artifact, signal: AbortSignal): Promise<ChartFacts> {
    const { digest } = artifact;
    const known = this.#facts.get(digest);
    if (known !== undefined) return known;
    const archive = await this.archive(artifact, signal);
    const facts = await this.#deps.renderer.inspect({ archive, digest }, signal);
    this.#facts.set(digest, facts);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > KEPT_FACTS && oldest !== undefined) this.#facts.delete(oldest);
    return facts;
  }

  /** The archive of an artifact, in memory that workers share; a call after a failed one tries again. */
  async archive(artifact: Artifact, signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      signal.throwIfAborted();
      const known = this.#archives.get(artifact.digest);
      const loading = known ?? this.#download(artifact, signal);
      try {
        const archive = await loading;
        this.#touch(artifact.digest, loading);
        return archive;
      } catch (error) {
        signal.throwIfAborted();
        // A download that another run began ends with that run; this one begins its own.
        if (known === undefined) throw error;
      }
    }
  }

  #download(artifact: Artifact, signal: AbortSignal): Promise<Uint8Array> {
    const { digest } = artifact;
    const { retries } = this.#deps;
    const loading = downloadArtifact(artifact, this.#deps, { signal, retries }).then((bytes) => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
      shared.set(bytes);
      this.#sizes.set(digest, shared.byteLength);
      return shared;
    });
    this.#archives.set(digest, loading);
    loading.catch(() => {
      if (this.#archives.get(digest) === loading) this.#archives.delete(digest);
    });
    return loading;
  }

  #touch(digest: string, loaded: Promise<Uint8Array>): void {
    this.#archives.delete(digest);
    this.#archives.set(digest, loaded);
    let kept = [...this.#archives.keys()].reduce((sum, key) => sum + (this.#sizes.get(key) ?? 0), 0);
    for (const key of this.#archives.keys()) {
      if (kept <= KEPT_BYTES || key === digest) return;
      kept -= this.#sizes.get(key) ?? 0;
      this.#archives.delete(key);
      this.#sizes.delete(key);
    }
  }
}

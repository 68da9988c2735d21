import { randomUUID } from "node:crypto";
import type { Clock } from "@weir/core";
import { parseOciDigest } from "../digest.ts";
import { blobCreated, storeBlob } from "./blob-routes.ts";
import { readRequest } from "./read-request.ts";
import { emptyAnswer, refusal } from "./registry-response.ts";
import type { RegistryStore } from "./registry-store.ts";

/** What uploads may cost. */
export interface UploadLimits {
  readonly maxBlobBytes: number;
  /** Uploads that were begun and not ended; the oldest is given up for a new one. */
  readonly maxSessions: number;
  readonly sessionTtlMs: number;
}

interface Session {
  readonly repository: string;
  readonly chunks: Uint8Array[];
  size: number;
  touchedAt: number;
}

/** Uploads under way: begun by POST, continued by PATCH, ended by PUT. */
export class UploadSessions {
  readonly #store: RegistryStore;
  readonly #clock: Clock;
  readonly #limits: UploadLimits;
  readonly #sessions = new Map<string, Session>();

  constructor(store: RegistryStore, clock: Clock, limits: UploadLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Begins an upload; ends it at once where the blob comes along or another repository has it. */
  async begin(
    request: Request,
    repository: string,
    mayPull: (repository: string) => boolean,
  ): Promise<Response> {
    if (request.method !== "POST") return refusal("UNSUPPORTED");
    const query = new URL(request.url).searchParams;
    const mount = query.get("mount");
    if (mount !== null && (await this.#mount(repository, mount, query.get("from"), mayPull))) {
      return blobCreated(repository, mount);
    }
    const digest = query.get("digest");
    if (digest !== null) return this.#storeWhole(request, repository, digest);
    const id = this.#open(repository);
    return emptyAnswer(202, {
      location: `/v2/${repository}/blobs/uploads/${id}`,
      "docker-upload-uuid": id,
      range: "0-0",
      "content-length": "0",
    });
  }

  async #mount(
    repository: string,
    digest: string,
    from: string | null,
    mayPull: (repository: string) => boolean,
  ): Promise<boolean> {
    if (from === null || parseOciDigest(digest) === undefined || !mayPull(from)) return false;
    const bytes = await this.#store.getBlob(from, digest);
    if (bytes === undefined) return false;
    await this.#store.putBlob(repository, digest, bytes);
    return true;
  }

  async #storeWhole(request: Request, repository: string, digest: string): Promise<Response> {
    const bytes = await readRequest(request, this.#limits.maxBlobBytes);
    return bytes === undefined ? refusal("SIZE_INVALID") : storeBlob(this.#store, repository, digest, bytes);
  }

  #open(repository: string): string {
    const now = this.#clock.monotonic();
    for (const [id, session] of this.#sessions) {
      const isStale = now - session.touchedAt > this.#limits.sessionTtlMs;
      if (isStale || this.#sessions.size >= this.#limits.maxSessions) this.#sessions.delete(id);
      else break;
    }
    const id = randomUUID();
    this.#sessions.set(id, { repository, chunks: [], size: 0, touchedAt: now });
    return id;
  }

  /** Goes on with an upload, ends it, tells how far it is, or gives it up. */
  async proceed(request: Request, repository: string, id: string): Promise<Response> {
    const session = this.#sessions.get(id);
    if (session === undefined || session.repository !== repository) return refusal("BLOB_UPLOAD_UNKNOWN");
    session.touchedAt = this.#clock.monotonic();
    switch (request.method) {
      case "GET":
        return emptyAnswer(204, progressOf(session, id));
      case "PATCH":
        return (await this.#append(request, session)) ?? emptyAnswer(202, progressOf(session, id));
      case "PUT":
        return this.#finish(request, session, id);
      case "DELETE":
        this.#sessions.delete(id);
        return emptyAnswer(204, {});
      default:
        return refusal("UNSUPPORTED");
    }
  }

  /** Takes one piece; what is wrong with it, if anything. */
  async #append(request: Request, session: Session): Promise<Response | undefined> {
    const range = request.headers.get("content-range");
    const start =
      range === null ? session.size : Number(/^(?:bytes )?(\d{1,15})-/.exec(range)?.[1] ?? Number.NaN);
    if (start !== session.size) return refusal("BLOB_UPLOAD_INVALID", { range: rangeOf(session) });
    const before = session.size;
    const bytes = await readRequest(request, this.#limits.maxBlobBytes - before);
    if (bytes === undefined) return refusal("SIZE_INVALID");
    // While this piece came in, another may have been taken.
    if (session.size !== before) return refusal("BLOB_UPLOAD_INVALID", { range: rangeOf(session) });
    session.chunks.push(bytes);
    session.size += bytes.byteLength;
    return undefined;
  }

  async #finish(request: Request, session: Session, id: string): Promise<Response> {
    const digest = new URL(request.url).searchParams.get("digest") ?? "";
    if (parseOciDigest(digest) === undefined) return refusal("DIGEST_INVALID", {}, "Invalid digest");
    const problem = await this.#append(request, session);
    if (problem !== undefined) return problem;
    this.#sessions.delete(id);
    return storeBlob(this.#store, session.repository, digest, Buffer.concat(session.chunks, session.size));
  }
}

function progressOf(session: Session, id: string): Readonly<Record<string, string>> {
  return {
    location: `/v2/${session.repository}/blobs/uploads/${id}`,
    "docker-upload-uuid": id,
    range: rangeOf(session),
  };
}

/** Bytes count from zero, and the last one is included. */
function rangeOf({ size }: Session): string {
  return `0-${Math.max(0, size - 1)}`;
}

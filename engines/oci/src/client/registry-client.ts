import { type Clock, systemClock } from "@weir/core";
import { anonymous, type CredentialsFor } from "../auth/credentials.ts";
import type { OciDescriptor, OciPlatform } from "../descriptor.ts";
import type { HttpSender } from "../http/http-sender.ts";
import { apiHost, type OciReference, type OciRepositoryName } from "../reference/oci-reference.ts";
import {
  type FetchedImage,
  type FetchedManifest,
  fetchImage,
  fetchManifest,
  manifestTarget,
  resolveReference,
} from "./fetch-manifest.ts";
import { type ManifestPush, pushManifest } from "./push-manifest.ts";
import { type BlobRequest, fetchBlob, readBlob } from "./read-blob.ts";
import { listTags, type ListTagsOptions } from "./read-pages.ts";
import { listReferrers, type ReferrersRequest } from "./referrers.ts";
import { defaultOciLimits, type OciLimits, type RegistryApi } from "./registry-api.ts";
import { RegistryConnection, type RegistryScheme } from "./registry-connection.ts";
import { type BlobUpload, expectStatus, hasBlob, uploadBlob, type UploadedBlob } from "./upload-blob.ts";

/** How registries are reached, and as whom. */
export interface RegistryClientOptions {
  /** Carries the requests; `createNodeSender` makes one with TLS options and a proxy. */
  readonly sender: HttpSender;
  readonly clock?: Clock;
  /** Anonymous by default. */
  readonly credentials?: CredentialsFor;
  /**
   * `insecure` tries HTTPS and then plain HTTP, `plain` speaks plain HTTP at once. By default only a registry on loopback
   * is tried by plain HTTP, as Flux does.
   */
  readonly access?: "secure" | "insecure" | "plain";
  readonly limits?: Partial<OciLimits>;
  /** Longest wait for an answer, and for each piece of one; 30 s by default. */
  readonly answerTimeoutMs?: number;
}

/**
 * Talks to registries by the distribution protocol. One client serves many registries and many calls at once; it
 * remembers per registry how it is reached and which tokens it gave.
 */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #connections = new Map<string, RegistryConnection>();
  readonly #api: RegistryApi;

  constructor(options: RegistryClientOptions) {
    this.#options = options;
    const { clock = systemClock, limits = {} } = options;
    this.#api = {
      clock,
      limits: { ...defaultOciLimits, ...limits },
      send: (request) => this.#connection(request.repository.registry).send(request),
    };
  }

  /** Finds out whether a registry is there and speaks the protocol. Throws what keeps it from it. */
  ping(registry: string, signal?: AbortSignal): Promise<void> {
    return this.#connection(registry).ping(signal);
  }

  /** What a tag or digest stands for now. */
  resolve(reference: OciReference, signal?: AbortSignal): Promise<OciDescriptor> {
    return resolveReference(this.#api, reference, signal);
  }

  /** A manifest or index, checked against its digest. */
  fetchManifest(reference: OciReference, signal?: AbortSignal): Promise<FetchedManifest> {
    return fetchManifest(this.#api, reference, signal);
  }

  /** The manifest of one artifact; of an index the one for the platform, `linux/amd64` by default. */
  fetchImage(reference: OciReference, platform?: OciPlatform, signal?: AbortSignal): Promise<FetchedImage> {
    return fetchImage(this.#api, reference, platform, signal);
  }

  /** Streams a blob, checked on the way: what came is good only where the stream ends without an error. */
  readBlob(request: BlobRequest): AsyncIterable<Uint8Array> {
    return readBlob(this.#api, request);
  }

  /** A whole blob, checked. */
  fetchBlob(request: BlobRequest): Promise<Uint8Array> {
    return fetchBlob(this.#api, request);
  }

  /** Whether a repository has a blob. */
  hasBlob(repository: OciRepositoryName, digest: string, signal?: AbortSignal): Promise<boolean> {
    return hasBlob(this.#api, repository, digest, signal);
  }

  /** All tags, page by page, in the registry's order. */
  listTags(repository: OciRepositoryName, options?: ListTagsOptions): Promise<readonly string[]> {
    return listTags(this.#api, repository, options);
  }

  /** The manifests that refer to one. */
  listReferrers(request: ReferrersRequest): Promise<readonly OciDescriptor[]> {
    return listReferrers(this.#api, request);
  }

  /** Brings a blob into a repository; does nothing where it is there. */
  uploadBlob(upload: BlobUpload): Promise<UploadedBlob> {
    return uploadBlob(this.#api, upload);
  }

  /** Puts a manifest whose blobs are there. */
  pushManifest(push: ManifestPush): Promise<OciDescriptor> {
    return pushManifest(this.#api, push);
  }

  /** Takes a tag away, or with a digest the manifest and all its tags. Throws `RegistryResponseError` where it is not there. */
  async deleteManifest(reference: OciReference, signal?: AbortSignal): Promise<void> {
    await this.#delete(reference, manifestTarget(reference), signal);
  }

  /** Takes a blob out of a repository. Throws `RegistryResponseError` where it is not there. */
  async deleteBlob(repository: OciRepositoryName, digest: string, signal?: AbortSignal): Promise<void> {
    await this.#delete(repository, `blobs/${digest}`, signal);
  }

  async #delete(repository: OciRepositoryName, target: string, signal?: AbortSignal): Promise<void> {
    const answer = await this.#api.send({
      method: "DELETE",
      target,
      repository,
      action: "delete",
      ...(signal === undefined ? {} : { signal }),
    });
    await expectStatus(answer, [200, 202, 204]);
  }

  #connection(registry: string): RegistryConnection {
    const known = this.#connections.get(registry);
    if (known !== undefined) return known;
    const { sender, credentials = () => anonymous, answerTimeoutMs = 30_000 } = this.#options;
    const made = new RegistryConnection(registry, this.#scheme(registry), {
      sender,
      clock: this.#api.clock,
      credentials,
      answerTimeoutMs,
    });
    this.#connections.set(registry, made);
    return made;
  }

  #scheme(registry: string): RegistryScheme {
    const { access = "secure" } = this.#options;
    if (access === "plain") return "http";
    return access === "insecure" || isLoopback(registry) ? "https-or-http" : "https";
  }
}

/** Whether a registry is on this machine, so that nobody is between. */
function isLoopback(registry: string): boolean {
  const { hostname } = new URL(`http://${apiHost(registry)}/`);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    hostname.startsWith("127.")
  );
}

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { HelmFetchError } from "../helm-access/helm-fetch-error.ts";
import { type FetchDeps, fetchUrl, limited, type UrlFetch } from "../helm-access/fetch-url.ts";

/** An index as it came, or the word that it is the one that is known. */
export type FetchedIndex =
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "fetched";
      /** `sha256:<hex>` of its bytes. */
      readonly revision: string;
      readonly size: number;
      readonly etag: string | undefined;
    };

/** Which index is fetched, and where to. */
export interface IndexFetch extends UrlFetch {
  /** The file that it is written to. */
  readonly target: string;
  readonly maxBytes: number;
  /** The ETag of the index that is known. */
  readonly etag: string | undefined;
}

/** Streams an index into a file. Throws `HelmFetchError` and `RegistryUnreachableError`. */
export function fetchIndex(fetch: IndexFetch, deps: FetchDeps): Promise<FetchedIndex> {
  const { url, target, maxBytes, etag, signal } = fetch;
  const headers = etag === undefined ? {} : { headers: { "if-none-match": etag } };
  return fetchUrl({ ...fetch, ...headers }, deps, async (answer) => {
    if (answer.status === 304) {
      answer.discard();
      return { kind: "unchanged" };
    }
    const hash = createHash("sha256");
    let size = 0;
    const exceeded = (): Error =>
      new HelmFetchError(url, `index exceeds the maximum index file size of ${maxBytes} bytes`);
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of limited(answer.body, maxBytes, exceeded)) {
        hash.update(piece);
        size += piece.length;
        yield piece;
      }
    };
    await pipeline(counted, createWriteStream(target, { mode: 0o600 }), { signal });
    return {
      kind: "fetched",
      revision: `sha256:${hash.digest("hex")}`,
      size,
      etag: answer.headers.get("etag"),
    };
  });
}

import { type OCIRepository, SourceReason } from "@weir/api";
import { type Tree, WeirError } from "@weir/core";
import {
  extractLayer,
  type FetchedImage,
  type OciReference,
  OciLayerError,
  type PulledLayer,
  type RegistryClient,
  RegistryResponseError,
  RegistryUnreachableError,
  selectLayer,
} from "@weir/oci";
import { SourceStepError } from "../source-error.ts";

type DigestReference = OciReference & { readonly digest: string };

/** What was pulled, as it is to be stored. */
export type PulledContent = { readonly annotations: Readonly<Record<string, string>> } & (
  | { readonly kind: "tree"; readonly tree: Tree }
  /** The layer as it is. */
  | { readonly kind: "layer"; readonly bytes: Uint8Array }
);

/** Pulls the layer that an OCIRepository selects. Throws `SourceStepError` in Flux's words. */
export async function pullContent(
  { spec }: OCIRepository,
  reference: DigestReference,
  client: RegistryClient,
  signal: AbortSignal,
): Promise<PulledContent> {
  const { mediaType, operation = "extract" } = spec.layerSelector ?? {};
  const image = await fetchImage(client, reference, spec.url, signal);
  const { annotations, layers } = image.content;
  const descriptor = asLayerStep(() => selectLayer(layers, mediaType));
  const isCopy = operation === "copy";
  const failed = isCopy
    ? "failed to copy layer from artifact"
    : "failed to extract layer contents from artifact";
  const bytes = await client
    .fetchBlob({ repository: reference, descriptor, signal })
    .catch((error: unknown) => {
      // The registry that gives no layer is another failure than one whose layer is not what it should be.
      const isRefused = error instanceof RegistryResponseError || error instanceof RegistryUnreachableError;
      throw layerFailed(isRefused ? "failed to extract the first layer from artifact" : failed, error);
    });
  if (isCopy) return { kind: "layer", bytes, annotations };
  return { kind: "tree", tree: await unpack({ descriptor, bytes }, failed, signal), annotations };
}

async function fetchImage(
  client: RegistryClient,
  reference: DigestReference,
  url: string,
  signal: AbortSignal,
): Promise<FetchedImage> {
  try {
    return await client.fetchImage(reference, undefined, signal);
  } catch (cause) {
    if (!(cause instanceof WeirError)) throw cause;
    const failure = { condition: "FetchFailed", reason: SourceReason.OCIArtifactPullFailed } as const;
    throw new SourceStepError(failure, `failed to pull artifact from '${url}'`, { cause });
  }
}

async function unpack(layer: PulledLayer, failed: string, signal: AbortSignal): Promise<Tree> {
  try {
    return await extractLayer(layer, undefined, signal);
  } catch (error) {
    throw layerFailed(failed, error instanceof OciLayerError ? error.cause : error);
  }
}

function asLayerStep<Value>(select: () => Value): Value {
  try {
    return select();
  } catch (error) {
    if (!(error instanceof OciLayerError)) throw error;
    throw layerFailed(error.message);
  }
}

/** What is no error of ours is none of a layer's. */
function layerFailed(message: string, cause?: unknown): unknown {
  if (cause !== undefined && !(cause instanceof WeirError)) return cause;
  const failure = { condition: "FetchFailed", reason: SourceReason.OCIArtifactLayerOperationFailed } as const;
  return new SourceStepError(failure, message, cause === undefined ? {} : { cause });
}

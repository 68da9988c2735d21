export { type ArtifactPart } from "./artifact/build-manifest.ts";
export {
  type ArtifactPull,
  type ArtifactRef,
  type ArtifactRevision,
  extractLayer,
  findArtifact,
  type FindArtifactOptions,
  isChartLayer,
  type LayerSelector,
  pullArtifact,
  type PulledArtifact,
  type PulledLayer,
  resolveRevision,
  selectLayer,
} from "./artifact/pull-artifact.ts";
export { type ArtifactPush, type PartsPush, pushArtifact, pushParts } from "./artifact/push-artifact.ts";
export { type CredentialsFor, type RegistryCredentials } from "./auth/credentials.ts";
export { credentialsFromDockerConfig, type DockerAuth, parseDockerConfig } from "./auth/docker-config.ts";
export { ChartArchiveError, type ChartArchiveMetadata, readChartMetadata } from "./chart/chart-metadata.ts";
export {
  type ChartPull,
  type ChartVersionReference,
  findChartVersion,
  type OciChartSources,
  ociChartSources,
  pullChart,
  type PulledChart,
} from "./chart/pull-chart.ts";
export { type ChartPush, pushChart, type PushedChart } from "./chart/push-chart.ts";
export { type FetchedImage, type FetchedManifest } from "./client/fetch-manifest.ts";
export { type ManifestPush } from "./client/push-manifest.ts";
export { type BlobRequest } from "./client/read-blob.ts";
export { type ListTagsOptions } from "./client/read-pages.ts";
export { type ReferrersRequest } from "./client/referrers.ts";
export { defaultOciLimits, type OciLimits } from "./client/registry-api.ts";
export { RegistryClient, type RegistryClientOptions } from "./client/registry-client.ts";
export { type BlobUpload, type UploadedBlob } from "./client/upload-blob.ts";
export { type OciDescriptor, type OciIndex, type OciManifest, type OciPlatform } from "./descriptor.ts";
export {
  type HttpAnswer,
  type HttpHeaders,
  type HttpRequest,
  type HttpSender,
} from "./http/http-sender.ts";
export {
  createNodeSender,
  type NodeSender,
  type NodeSenderOptions,
  type RegistryProxy,
} from "./http/node-sender.ts";
export { fluxMediaTypes, helmMediaTypes, imageMediaTypes, ociAnnotations } from "./media-type.ts";
export {
  ConnectionError,
  NoMatchingTagError,
  type OciBudget,
  OciBudgetError,
  OciIntegrityError,
  OciLayerError,
  OciReferenceError,
  type ProtocolProblem,
  type RegistryComplaint,
  RegistryCredentialsError,
  RegistryDeadlineError,
  RegistryProtocolError,
  type RegistryRequestName,
  RegistryResponseError,
  RegistryUnreachableError,
} from "./oci-error.ts";
export {
  chooseChartVersion,
  chooseTag,
  type TagRange,
} from "./reference/choose-tag.ts";
export {
  formatReference,
  formatRepository,
  type OciReference,
  type OciRepositoryName,
  parseArtifactReference,
  parseChartReference,
  parseRepositoryName,
  parseRepositoryUrl,
  tagOfVersion,
  versionOfTag,
} from "./reference/oci-reference.ts";
export { openFolderRegistryStore } from "./server/folder-registry-store.ts";
export { type RegistryAuthOptions, type RegistryUser } from "./server/registry-auth.ts";
export { createRegistryHandler, type RegistryHandlerOptions } from "./server/registry-handler.ts";
export {
  createMemoryRegistryStore,
  type RegistryStore,
  type StoredManifest,
} from "./server/registry-store.ts";
export { RegistryStoreError } from "./server/repository-record.ts";
export { type RegistryServer, serveRegistry, type ServeRegistryOptions } from "./server/serve-registry.ts";
export { fetchSignatures, type SignatureRequest } from "./verify/fetch-signatures.ts";
export { VerificationError, type VerificationProblem } from "./verify/verification-error.ts";
export { verifyArtifact, type VerificationPolicy } from "./verify/verify-artifact.ts";
export {
  type CosignSignature,
  type CosignVerification,
  type VerifiedSignature,
  verifyCosign,
} from "./verify/verify-cosign.ts";

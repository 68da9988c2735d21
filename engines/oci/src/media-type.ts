/** Media types of the image specification, and of Docker where registries still speak it. */
export const imageMediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  emptyConfig: "application/vnd.oci.empty.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerManifestList: "application/vnd.docker.distribution.manifest.list.v2+json",
} as const;

/** Media types of Flux's artifacts. */
export const fluxMediaTypes = {
  config: "application/vnd.cncf.flux.config.v1+json",
  content: "application/vnd.cncf.flux.content.v1.tar+gzip",
} as const;

/** Media types of Helm's charts. */
export const helmMediaTypes = {
  config: "application/vnd.cncf.helm.config.v1+json",
  chart: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  provenance: "application/vnd.cncf.helm.chart.provenance.v1.prov",
  /** What early versions of Helm wrote. */
  legacyChart: "application/tar+gzip",
} as const;

/** Annotations that say where an artifact came from. */
export const ociAnnotations = {
  source: "org.opencontainers.image.source",
  revision: "org.opencontainers.image.revision",
  created: "org.opencontainers.image.created",
  title: "org.opencontainers.image.title",
  description: "org.opencontainers.image.description",
  version: "org.opencontainers.image.version",
  url: "org.opencontainers.image.url",
  authors: "org.opencontainers.image.authors",
} as const;

/** Whether a media type is that of a list of manifests. */
export function isIndexMediaType(mediaType: string): boolean {
  return mediaType === imageMediaTypes.index || mediaType === imageMediaTypes.dockerManifestList;
}

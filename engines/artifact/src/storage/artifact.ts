/** An artifact as `status.artifact` of a source holds it. */
export interface Artifact {
  readonly digest: string;
  readonly lastUpdateTime: string;
  readonly path: string;
  readonly revision: string;
  readonly size?: number;
  readonly url: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The object whose artifacts lie together; `kind` is its kind in lower case. */
export interface ArtifactOwner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

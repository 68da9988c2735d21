/** Flags of all commands that speak to a registry. */
export interface RegistryFlags {
  /** `user[:password]`; the docker configuration where it is absent. */
  readonly creds?: string;
  readonly provider: string;
  readonly insecureRegistry: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Flags of what is packed. */
export interface PackFlags {
  readonly path?: string;
  /** Rules of .gitignore; absent for the usual ones. */
  readonly ignorePaths?: readonly string[];
  readonly addIgnorePaths?: readonly string[];
  readonly resolveSymlinks: boolean;
}

/** Flags of `weir build artifact`. */
export interface BuildArtifactFlags extends PackFlags {
  readonly output: string;
}

/** Flags of `weir push artifact`. */
export interface PushArtifactFlags extends RegistryFlags, PackFlags {
  readonly source?: string;
  readonly revision?: string;
  readonly annotations: readonly string[];
  readonly output?: string;
  readonly reproducible: boolean;
}

/** Flags of `weir pull artifact`. */
export interface PullArtifactFlags extends RegistryFlags {
  readonly output?: string;
}

/** Flags of `weir diff artifact`. */
export interface DiffArtifactFlags extends RegistryFlags, PackFlags {}

/** Flags of `weir tag artifact`. */
export interface TagArtifactFlags extends RegistryFlags {
  readonly tag: readonly string[];
}

/** Flags of `weir list artifacts`. */
export interface ListArtifactsFlags extends RegistryFlags {
  readonly filterSemver?: string;
  readonly filterRegex?: string;
}

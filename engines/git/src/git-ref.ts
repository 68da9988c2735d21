/** Which revision of a repository is wanted; of several the first of commit, name, semver, tag, branch counts. */
export interface GitRef {
  readonly branch?: string;
  readonly tag?: string;
  readonly semver?: string;
  /** A full reference name, such as `refs/pull/1/head`. */
  readonly name?: string;
  readonly commit?: string;
}

/** Where a reference points, as a server advertises it. */
export interface AdvertisedRef {
  readonly name: string;
  /** The commit; for an annotated tag what it points to. */
  readonly commit: string;
}

/** A commit as its object says. */
export interface GitCommit {
  readonly hash: string;
  /** The first line of the message. */
  readonly subject: string;
  readonly message: string;
  /** `Name <mail>`. */
  readonly author: string;
  /** Seconds since the epoch. */
  readonly committedAt: number;
  /** Armored; empty where it is not signed. */
  readonly signature: string;
  /** What was signed: the object without its signatures. */
  readonly payload: Uint8Array;
}

/** A tag that a commit was fetched by. */
export interface GitTag {
  readonly name: string;
  /** Absent where it is no object of its own, and so cannot be signed. */
  readonly hash?: string;
  /** Armored; empty where it is not signed. */
  readonly signature: string;
  readonly payload: Uint8Array;
}

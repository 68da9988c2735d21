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
  /** Whether it carries a signature. */
  readonly isSigned: boolean;
}

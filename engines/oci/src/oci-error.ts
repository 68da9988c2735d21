import { type RetryPolicy, WeirError } from "@weir/core";

/** A text is not a reference to something in a registry; worded as upstream's parsers word it. */
export class OciReferenceError extends WeirError {
  override readonly name = "OciReferenceError";
  readonly reason = "URLInvalid";
  readonly retry: RetryPolicy = "never";
  readonly reference: string;

  constructor(reference: string, message: string) {
    super(message.slice(0, 1024));
    this.reference = reference.slice(0, 1024);
  }
}

/** One complaint in the body of a registry's answer. */
export interface RegistryComplaint {
  /** Such as `MANIFEST_UNKNOWN`. */
  readonly code: string;
  readonly message: string;
}

/** What a registry was asked, as messages and fields name it. */
export interface RegistryRequestName {
  readonly method: string;
  /** Without user-info, and without query values that may be secret. */
  readonly url: string;
}

/** A registry answered, and said no. The message is that of Flux: `GET <url>: <CODE>: <message>`. */
export class RegistryResponseError extends WeirError {
  override readonly name = "RegistryResponseError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly request: RegistryRequestName;
  readonly status: number;
  readonly complaints: readonly RegistryComplaint[];

  constructor(
    request: RegistryRequestName,
    answer: {
      readonly status: number;
      readonly complaints: readonly RegistryComplaint[];
      readonly text: string;
    },
  ) {
    super(`${request.method} ${request.url}: ${answer.text}`);
    this.request = request;
    this.status = answer.status;
    this.complaints = answer.complaints;
  }

  /** Whether it says that what was asked for is not there. */
  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** Whether it wants other credentials. */
  get isDenied(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** A registry, token service or proxy was not reached, or the connection broke; the cause says why. */
export class RegistryUnreachableError extends WeirError {
  override readonly name = "RegistryUnreachableError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly request: RegistryRequestName;

  constructor(request: RegistryRequestName, options: { readonly cause: unknown }) {
    const method = request.method.charAt(0) + request.method.slice(1).toLowerCase();
    super(`${method} "${request.url}"`, options);
    this.request = request;
  }
}

/** Why a connection failed, in the words of Go's net package; the cause of a `RegistryUnreachableError`. */
export class ConnectionError extends WeirError {
  override readonly name = "ConnectionError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "backoff";
  /** The system's code, such as `ECONNREFUSED`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** No answer in time. */
export class RegistryDeadlineError extends WeirError {
  override readonly name = "RegistryDeadlineError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "backoff";

  constructor() {
    super("context deadline exceeded");
  }
}

/** How an answer breaks the protocol. */
export type ProtocolProblem =
  | "malformed-json"
  | "malformed-manifest"
  | "missing-header"
  | "malformed-challenge"
  | "redirect-loop"
  | "insecure-redirect"
  | "insecure-realm"
  | "malformed-location"
  | "malformed-link"
  | "empty-token"
  | "unexpected-status";

/** A registry's answer breaks the distribution protocol. */
export class RegistryProtocolError extends WeirError {
  override readonly name = "RegistryProtocolError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly problem: ProtocolProblem;
  /** The reference or URL that was asked for. */
  readonly subject: string;

  constructor(
    problem: ProtocolProblem,
    subject: string,
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${subject}: ${detail}`, options);
    this.problem = problem;
    this.subject = subject;
  }
}

/** A limit on what is read of a registry. */
export type OciBudget =
  | "manifest-bytes"
  | "blob-bytes"
  | "response-bytes"
  | "index-depth"
  | "tags"
  | "tag-pages"
  | "referrers"
  | "signatures";

/** A registry sends more than is read of it; nothing of it is used. */
export class OciBudgetError extends WeirError {
  override readonly name = "OciBudgetError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "next-interval";
  readonly budget: OciBudget;
  readonly limit: number;
  readonly subject: string;

  constructor(budget: OciBudget, subject: string, limit: number) {
    super(`${subject}: ${BUDGETS[budget]} exceed the limit of ${limit}`);
    this.budget = budget;
    this.limit = limit;
    this.subject = subject;
  }
}

const BUDGETS: Readonly<Record<OciBudget, string>> = {
  "manifest-bytes": "the manifest's bytes",
  "blob-bytes": "the blob's bytes",
  "response-bytes": "the answer's bytes",
  "index-depth": "indexes within indexes",
  tags: "the tags",
  "tag-pages": "the pages of tags",
  referrers: "the referrers",
  signatures: "the signatures",
};

/** What came is not what the digest or the size names; nothing of it may be used. */
export class OciIntegrityError extends WeirError {
  override readonly name = "OciIntegrityError";
  readonly reason = "OCIArtifactPullFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly problem: "digest" | "size" | "truncated";
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;

  constructor(
    problem: OciIntegrityError["problem"],
    what: { readonly subject: string; readonly expected: string; readonly actual: string },
    options?: { readonly cause?: unknown },
  ) {
    const { subject, expected, actual } = what;
    const noun = problem === "digest" ? "digest" : "size";
    super(`${subject}: ${noun} is ${actual}, not ${expected}`, options);
    this.problem = problem;
    this.subject = subject;
    this.expected = expected;
    this.actual = actual;
  }
}

/** A docker configuration cannot be read. */
export class RegistryCredentialsError extends WeirError {
  override readonly name = "RegistryCredentialsError";
  readonly reason = "AuthenticationFailed";
  readonly retry: RetryPolicy = "backoff";
}

/** What was pulled has no layer, or none of the kind that was asked for. */
export class OciLayerError extends WeirError {
  override readonly name = "OciLayerError";
  readonly reason = "OCIArtifactLayerOperationFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly mediaType: string | undefined;

  constructor(message: string, mediaType?: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.mediaType = mediaType;
  }
}

/** No tag of a repository lies in a range. */
export class NoMatchingTagError extends WeirError {
  override readonly name = "NoMatchingTagError";
  readonly reason = "ReadOperationFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly range: string;

  constructor(range: string, message: string) {
    super(message);
    this.range = range;
  }
}

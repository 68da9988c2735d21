export { type GitCredentials, type GitProxy, parseGitCredentials, userInfoOf } from "./credentials.ts";
export {
  type GitCheckout,
  type GitFetchDeps,
  type GitFetchRequest,
  type GitFetchResult,
  fetchRevision,
} from "./fetch-revision.ts";
export {
  EmptyGitRepositoryError,
  GitCredentialsError,
  type GitCredentialsProblem,
  type GitFailure,
  GitOperationError,
  withoutCredentials,
} from "./git-error.ts";
export { type AdvertisedRef, type GitCommit, type GitRef, type GitTag } from "./git-ref.ts";
export { runGit } from "./program/run-git.ts";
export { type GitProgram, GitProgramError, type GitRun } from "./program/run-program.ts";
export { branchOf, commitOfRevision, formatRevision } from "./revision.ts";
export { commitFolder, type FolderRepositoryOptions } from "./server/folder-repository.ts";
export { createGitHttpHandler, type FindRepository, type GitHttpOptions } from "./server/git-http-handler.ts";
export { type GitServer, serveGit } from "./server/serve-git.ts";
export { SignatureError } from "./signature/signature-error.ts";
export { type SignedObject, type TrustedKeys, verifySignature } from "./signature/verify-signature.ts";

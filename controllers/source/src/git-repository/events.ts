/** What is said of an artifact that was stored; the subject is the commit's. */
export function storedMessage(subject: string): string {
  return `stored artifact for commit '${subject}'`;
}

/** What is said where nothing was fetched. */
export function unchangedMessage(revision: string): string {
  return `no changes since last reconciliation: observed revision '${revision}'`;
}

/** Cuts commits and digests in a text to the length that people read: `main@sha1:cb46146d`. */
export function shortRevision(text: string): string {
  return text.replace(/\b(sha1|sha256):([0-9a-f]{8})[0-9a-f]+/g, "$1:$2");
}

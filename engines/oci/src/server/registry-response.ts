/** What a registry says no with, as the specification lists it. */
export type RegistryErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "TAG_INVALID"
  | "UNAUTHORIZED"
  | "DENIED"
  | "UNSUPPORTED";

const ANSWERS: Readonly<Record<RegistryErrorCode, { readonly status: number; readonly message: string }>> = {
  BLOB_UNKNOWN: { status: 404, message: "Unknown blob" },
  BLOB_UPLOAD_INVALID: { status: 416, message: "Your content range doesn't match what we have" },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: "Unknown upload" },
  DIGEST_INVALID: { status: 400, message: "Digest does not match contents" },
  MANIFEST_BLOB_UNKNOWN: { status: 404, message: "Manifest names an unknown blob or manifest" },
  MANIFEST_INVALID: { status: 400, message: "Invalid manifest" },
  MANIFEST_UNKNOWN: { status: 404, message: "Unknown manifest" },
  NAME_INVALID: { status: 400, message: "Invalid repository name" },
  NAME_UNKNOWN: { status: 404, message: "Unknown name" },
  SIZE_INVALID: { status: 413, message: "Content is too large" },
  TAG_INVALID: { status: 400, message: "Invalid tag" },
  UNAUTHORIZED: { status: 401, message: "authentication required" },
  DENIED: { status: 403, message: "requested access to the resource is denied" },
  UNSUPPORTED: { status: 405, message: "The operation is unsupported" },
};

/** An answer that says no, in the specification's JSON. */
export function refusal(
  code: RegistryErrorCode,
  headers: Readonly<Record<string, string>> = {},
  message?: string,
): Response {
  const answer = ANSWERS[code];
  const body = JSON.stringify({ errors: [{ code, message: message ?? answer.message }] });
  return new Response(body, {
    status: answer.status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** An answer with JSON. */
export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(value), {
    headers: { "content-type": "application/json", ...headers },
  });
}

/** An answer that is its status and headers. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string>>): Response {
  return new Response(null, { status, headers });
}

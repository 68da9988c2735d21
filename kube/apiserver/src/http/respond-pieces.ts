import { HeldBody } from "../flow/held-body.ts";
import type { ApiResponse } from "./api-request.ts";
import type { Negotiated } from "./negotiate.ts";
import { type ResponseExtras, warningHeaders } from "./respond.ts";

/** Where pieces come from. */
type Pieces = Iterator<Uint8Array> | AsyncIterator<Uint8Array>;

/**
 * Answers with a body that is made while it is sent, a piece whenever the client has taken the one before. Waits for the
 * first pieces, so that what cannot be given is still answered as an error; a body of one piece is sent whole.
 */
export async function respondPieces(
  pieces: Pieces,
  how: Negotiated,
  extras: ResponseExtras = {},
): Promise<ApiResponse> {
  const head = {
    status: extras.status ?? 200,
    headers: [
      ["Cache-Control", "no-cache, private"] as const,
      ["Content-Type", how.contentType] as const,
      ...warningHeaders(extras.warnings ?? []),
      ...(extras.headers ?? []),
    ],
  };
  const first = await pieces.next();
  if (first.done === true) return { ...head, body: "" };
  const second = await pieces.next();
  if (second.done === true) return { ...head, body: "", bytes: first.value };
  // A generator that nobody has asked yet lets go of nothing when it is returned.
  const letGo = (): void => void pieces.return?.();
  return { ...head, body: new HeldBody(resumed([first.value, second.value], pieces), { letGo }) };
}

async function* resumed(begun: readonly Uint8Array[], pieces: Pieces): AsyncGenerator<Uint8Array> {
  yield* begun;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
}

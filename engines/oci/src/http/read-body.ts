import { type OciBudget, OciBudgetError } from "../oci-error.ts";
import type { HttpAnswer } from "./http-sender.ts";

/** How much of an answer may be read, and what it is an answer of. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly budget: OciBudget;
  readonly subject: string;
}

/** Reads a whole body into memory; refuses by the announced length before reading. Throws `OciBudgetError`. */
export async function readBody(answer: HttpAnswer, limit: BodyLimit): Promise<Buffer> {
  const announced = Number(answer.headers.get("content-length") ?? 0);
  if (announced > limit.maxBytes) {
    answer.discard();
    throw overBudget(limit);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > limit.maxBytes) {
      answer.discard();
      throw overBudget(limit);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function overBudget({ budget, subject, maxBytes }: BodyLimit): OciBudgetError {
  return new OciBudgetError(budget, subject, maxBytes);
}

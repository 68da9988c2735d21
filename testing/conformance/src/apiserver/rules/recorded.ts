import { type JsonValue, parseJson } from "@weir/core";
import type { Exchange } from "../../fuzz/apiserver/conversation.ts";

/** Some exchanges of a conversation that are judged together. */
export interface RecordedRule {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

/** Cases that are told to one server, one after the other. */
export type RuleConversation = readonly RecordedRule[];

/**
 * Many cases share a request or an answer, so each stands once, on a line of its own, before the conversations that name
 * it by its number. An answer is JSON without a warning where nothing else is said,
 * a body without a kind is a refusal, and `$CAUSES` in its message stands for its causes.
 */
type Line =
  | { readonly request: Exchange["request"] }
  | { readonly answer: KeptAnswer }
  | { readonly cases: Readonly<Record<string, readonly (readonly [request: number, answer: number])[]>> };

type KeptAnswer = Partial<Exchange["response"]> & Pick<Exchange["response"], "status">;

/** Reads the conversations of a file of JSON Lines. */
export function readRules(text: string): readonly RuleConversation[] {
  const requests: Exchange["request"][] = [];
  const answers: Exchange["response"][] = [];
  const conversations: RuleConversation[] = [];
  for (const written of text.trimEnd().split("\n")) {
    const line = parseJson(written) as unknown as Line;
    if ("request" in line) requests.push(line.request);
    else if ("answer" in line) answers.push(spelledOut(line.answer));
    else
      conversations.push(
        Object.entries(line.cases).map(([name, steps]) => ({
          name,
          exchanges: steps.map(([request, answer]) => ({
            request: requests[request] as Exchange["request"],
            response: answers[answer] as Exchange["response"],
          })),
        })),
      );
  }
  return conversations;
}

function spelledOut({ body, ...rest }: KeptAnswer): Exchange["response"] {
  const answer = { contentType: "application/json", warning: "", ...rest };
  if (body === undefined) return answer;
  const { kind, message, details } = body as unknown as Refusal;
  if (kind !== undefined) return { ...answer, body };
  const refused = { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", ...(body as object) };
  if (!message.endsWith("$CAUSES")) return { ...answer, body: refused };
  const told = details.causes.map(({ field, message: cause }) => `${field}: ${cause}`);
  const causes = told.length === 1 ? told.join() : `[${told.join(", ")}]`;
  const whole = message.slice(0, -"$CAUSES".length) + causes;
  return { ...answer, body: { ...refused, message: whole } };
}

interface Refusal {
  readonly kind?: string;
  readonly message: string;
  readonly details: { readonly causes: readonly { readonly field: string; readonly message: string }[] };
}

/** An exchange without what rules of kinds do not tell: who manages which field. */
export function withoutManagers({ request, response }: Exchange): Exchange {
  const { body, ...rest } = response;
  return { request, response: { ...rest, ...(body === undefined ? {} : { body: unmanaged(body) }) } };
}

function unmanaged(body: JsonValue): JsonValue {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { metadata, items, ...rest } = body as { readonly [key: string]: JsonValue };
  return {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: withoutOwn(metadata) }),
    ...(items === undefined ? {} : { items: Array.isArray(items) ? items.map(unmanaged) : items }),
  };
}

function withoutOwn(metadata: JsonValue): JsonValue {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return metadata;
  const { managedFields: _managers, ...rest } = metadata as { readonly [key: string]: JsonValue };
  return rest;
}

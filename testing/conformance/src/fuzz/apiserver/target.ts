import { type JsonValue, parseJson, writeJson } from "@weir/core";
import { findControlPlane } from "@weir/testkit";
import { type RealServer, startRealServer } from "../../apiserver/real-target.ts";
import type { FuzzCase, FuzzOutcome, FuzzTarget, OpenedTarget } from "../fuzz-target.ts";
import { generateConversation, kindOfCase, KINDS } from "./conversation-case.ts";
import { type Exchange, requestsOf } from "./conversation.ts";
import { converse } from "./converse.ts";
import { conversationDifference } from "./difference.ts";
import { converseEmbedded, recordedConversation } from "./replay.ts";
import { WAIVERS } from "./waivers.ts";

/** Starts one control plane, which all cases share, each in a namespace of its own. */
export async function openApiserverTarget(): Promise<OpenedTarget> {
  const found = await findControlPlane();
  if (found.kind === "absent") return found;
  const real = await startRealServer();
  const bench = { target: apiserverTarget(real), tool: found.kubeApiserver };
  return { kind: "open", bench, [Symbol.asyncDispose]: () => real[Symbol.asyncDispose]() };
}

/** Conversations with our API and with kube-apiserver. */
function apiserverTarget(real: RealServer): FuzzTarget {
  return {
    name: "apiserver",
    tool: "kube-apiserver",
    waivers: WAIVERS,
    repeats: 4,
    workers: 16,
    kinds: KINDS,
    kindOf: kindOfCase,
    generate: generateConversation,
    ours: async (given) => outcomeOf(await converseEmbedded(requestsOf(given))),
    theirs: (given) => askReal(given, real),
    difference: (ours, theirs) => {
      if (ours.output === undefined || theirs.output === undefined)
        return { kind: "no answer", detail: `${ours.error ?? ""} ${theirs.error ?? ""}` };
      return conversationDifference(exchangesOf(ours), exchangesOf(theirs));
    },
    record: (name, _given, theirs) => recordedConversation(name, exchangesOf(theirs)),
  };
}

/** A connection that is dropped is asked for again like any answer that differs. */
async function askReal(given: FuzzCase, real: RealServer): Promise<FuzzOutcome> {
  try {
    return outcomeOf(await converse(requestsOf(given), real.target()));
  } catch (error) {
    return { error: String(error), warnings: "" };
  }
}

function outcomeOf(exchanges: readonly Exchange[]): FuzzOutcome {
  return { output: writeJson(exchanges as unknown as JsonValue), warnings: "" };
}

function exchangesOf({ output }: FuzzOutcome): readonly Exchange[] {
  return parseJson(output ?? "[]") as unknown as readonly Exchange[];
}

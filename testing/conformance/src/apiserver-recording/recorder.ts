import type { JsonValue } from "@weir/core";
import { parseJson, writeJson } from "@weir/core";
import { isAdmissionWrite } from "../apiserver/admission-writes.ts";
import type { ReplayTarget } from "../apiserver/replay-target.ts";
import { bytesOf, writeSpaced } from "../apiserver/request-body.ts";
import type { ExchangeStep, RecordedRequest, RecordedResponse, Transcript } from "../apiserver/transcript.ts";
import { Names } from "./names.ts";

/** What a server does with policies, quotas and their like takes effect a little later than they are written. */
const SETTLE_MS = 1_500;

/** Sends the requests of a transcript to a server and puts down what it answers. */
export async function recordTranscript(transcript: Transcript, target: ReplayTarget): Promise<Transcript> {
  const names = new Names(target.namespaces);
  for (const namespace of transcript.namespaces) {
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    await send(target, names, { method: "POST", path: "/api/v1/namespaces", body });
  }
  const steps: ExchangeStep[] = [];
  for (const step of transcript.steps) {
    if (!("request" in step)) throw new TypeError(`${transcript.name}: only plain requests are recorded`);
    const response = await send(target, names, step.request);
    steps.push({ ...step, response });
    const pauseMs = step.pauseMs ?? (isAdmissionWrite(step.request) ? SETTLE_MS : 0);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return { ...transcript, steps };
}

async function send(target: ReplayTarget, names: Names, request: RecordedRequest): Promise<RecordedResponse> {
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${request.user ?? "admin"}-token`);
  if (request.body !== undefined && !headers.has("content-type"))
    headers.set("content-type", "application/json");
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    for (const each of typeof value === "string" ? [value] : value) query.append(name, names.fill(each));
  const text = query.toString();
  const response = await target.send({
    method: request.method,
    path: names.fill(request.path),
    query: text === "" ? "" : `?${text}`,
    headers,
    body: request.body === undefined ? undefined : bytesOf(names.fill(writeSpaced(request.body))),
    signal: undefined,
  });
  const body = await response.text();
  const warning = response.headers.get("warning");
  return {
    status: response.status,
    ...(warning === null ? {} : { headers: { Warning: [names.name(warning)] } }),
    body: names.nameIn(parseBody(body), ""),
  };
}

function parseBody(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** A transcript as it is kept: a line for each step. */
export function writeTranscript(transcript: Transcript): string {
  const { steps, ...rest } = transcript as unknown as { readonly [key: string]: JsonValue };
  const lines = (steps as readonly JsonValue[]).map((step) => writeJson(step));
  return `${writeJson(rest).slice(0, -1)},"steps":[\n${lines.join(",\n")}\n]}\n`;
}

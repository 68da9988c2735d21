import { type JsonObject, systemClock, WeirError } from "@weir/core";
import type { KindName, Page } from "../history/history.ts";
import { pageOf } from "../history/recorder.ts";
import type { Answer } from "./caller.ts";
import { GAUGE_DEFINITION, KIND_NAMES, NAMESPACES } from "./kinds.ts";
import { listTarget } from "./http-request.ts";
import type { PlainCaller } from "./plain-caller.ts";
import type { RunState } from "./run-state.ts";

const LOOK_AGAIN_MS = 50;
const SERVED_MS = 30_000;

/** The server does not do what every test begins with. */
export class NotPreparedError extends WeirError {
  override readonly name = "NotPreparedError";
  readonly reason = "NotPrepared";
  readonly retry = "never";

  constructor(what: string, { code, body }: Answer) {
    super(`${what} was answered with ${code}: ${JSON.stringify(body)}`);
  }
}

/** Makes the namespaces and the kind that clients use, and lists what is there. */
export async function prepare({ recorder, gate, over }: RunState): Promise<readonly Page[]> {
  const { plain: shared, auditor: plain = shared } = await gate.current;
  const create = async (target: string, body: unknown): Promise<void> => {
    const contentType = "application/json";
    const answer = await plain.raw({ method: "POST", target, contentType, body: body as JsonObject }, over);
    if (answer.code !== 201 && answer.code !== 409) throw new NotPreparedError(target, answer);
  };
  await create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", GAUGE_DEFINITION);
  for (const name of NAMESPACES) await create("/api/v1/namespaces", { metadata: { name } });
  const end = systemClock.monotonic() + SERVED_MS;
  for (;;) {
    const answer = await plain.raw({ method: "GET", target: "/apis/histories.weir.dev/v1/gauges" }, over);
    if (answer.code === 200) break;
    if (systemClock.monotonic() > end) throw new NotPreparedError("the new kind", answer);
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
  const pages: Page[] = [];
  for (const of of KIND_NAMES) pages.push(await listAll(plain, of, over, () => recorder.tick()));
  return pages;
}

// oxlint-disable-next-line max-params -- one list
async function listAll(
  plain: PlainCaller,
  of: KindName,
  signal: AbortSignal,
  tick: () => number,
): Promise<Page> {
  const start = tick();
  const everything = { of, namespace: "", selector: "everything" };
  const target = listTarget({ verb: "list", ...everything, limit: 0, freshness: { kind: "newest" } }, "");
  const answer = await plain.raw({ method: "GET", target }, signal);
  if (answer.code !== 200) throw new NotPreparedError(target, answer);
  return pageOf(of, answer.body, { start, end: tick(), isFreshStart: false });
}

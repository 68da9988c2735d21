import { systemClock, type JsonObject } from "@weir/core";
import {
  type GetRequest,
  INJECTED,
  type ListOperation,
  type ListRequest,
  type Outcome,
  type Page,
  parseKey,
  type WriteRequest,
} from "../history/history.ts";
import { continueOf, pageOf } from "../history/recorder.ts";
import { isObject, listAt, objectAt, type Seen, seenObject } from "../history/seen-object.ts";
import { type Answer, type Caller, isNotSent } from "./caller.ts";
import { chooseRequest } from "./choose-request.ts";
import { Dice } from "./dice.ts";
import type { RunState } from "./run-state.ts";

/** So often a client hangs up before it is answered. */
const HANGS_UP = 0.02;
const LONGEST_PATIENCE_MS = 4;
/** So often a list goes on only after other requests of its client. */
const PAUSES = 0.3;
/** While nobody listens, a client looks again after so long. */
const LOOK_AGAIN_MS = 5;

/** One client: draws requests and sends them, one after the other, until the steps are done. */
export class Client {
  readonly #state: RunState;
  readonly #index: number;
  readonly #dice: Dice;

  constructor(state: RunState, index: number) {
    this.#state = state;
    this.#index = index;
    this.#dice = new Dice(state.seed * 1_000 + index);
  }

  async run(): Promise<void> {
    while (this.#state.steps.take()) {
      const { recorder, board } = this.#state;
      const id = recorder.nextId(`c${this.#index}`);
      await this.perform(id, chooseRequest({ dice: this.#dice, board, id }));
    }
  }

  /** Sends one request, and writes down what came of it. */
  async perform(id: string, request: WriteRequest | GetRequest | ListRequest): Promise<void> {
    const { plain, weir } = await this.#state.gate.current;
    const caller = this.#index % 2 === 0 ? plain : weir;
    const client = `client ${this.#index} (${caller.name})`;
    if (request.verb === "list") return this.#list(id, client, caller, request);
    const { recorder } = this.#state;
    const start = recorder.tick();
    const answer = await this.#ask((signal) => caller.send(request, signal));
    if (answer === "not sent") return pause();
    const end = recorder.tick();
    const outcome = outcomeOf(answer);
    const base = { id, client, start, end, outcome };
    if (answer === "no answer" || outcome.kind !== "done") {
      recorder.add(request.verb === "get" ? { ...base, request } : { ...base, request });
      return;
    }
    const seen = this.#seenIn(request, answer.body);
    recorder.add(request.verb === "get" ? { ...base, request, ...seen } : { ...base, request, ...seen });
  }

  /** What an answer shows: an object, the uid of one that is gone, or many. */
  #seenIn(request: WriteRequest | GetRequest, body: JsonObject): SeenInAnswer {
    const of = "of" in request ? request.of : parseKey(request.key).of;
    if (request.verb === "deletecollection") {
      return {
        items: listAt(body, ["items"])
          .filter(isObject)
          .map((item) => this.#noted(seenObject(of, item))),
      };
    }
    if (body["kind"] !== "Status") return { answer: this.#noted(seenObject(of, body)) };
    const uid = objectAt(body, ["details"])["uid"];
    return typeof uid === "string" ? { goneUid: uid } : {};
  }

  #noted(seen: Seen): Seen {
    this.#state.board.see(seen);
    return seen;
  }

  // oxlint-disable-next-line max-params -- one request
  async #list(id: string, client: string, first: Caller, request: ListRequest): Promise<void> {
    const { recorder } = this.#state;
    const start = recorder.tick();
    const pages: Page[] = [];
    let caller = first;
    let next: NextPage = { token: "", isFreshStart: false };
    for (;;) {
      const got = await this.#page(caller, request, next);
      if (got === "not sent" && pages.length === 0) return pause();
      const outcome = outcomeOf(got === "not sent" ? got : got.answer);
      if (got !== "not sent" && got.page !== undefined) pages.push(got.page);
      const after = got === "not sent" ? undefined : got.next;
      if (after === undefined || (after.isFreshStart && pages.length === 0)) {
        const operation: ListOperation = { id, client, request, start, end: recorder.tick(), outcome, pages };
        recorder.add(operation);
        return;
      }
      next = after;
      if (this.#dice.chance(PAUSES)) caller = await this.#doOtherThings();
    }
  }

  async #page(
    caller: Caller,
    request: ListRequest,
    { token, isFreshStart }: NextPage,
  ): Promise<GotPage | "not sent"> {
    const { recorder, board } = this.#state;
    const start = recorder.tick();
    const answer = await this.#ask((signal) => caller.page(request, token, signal));
    if (answer === "not sent") return answer;
    if (answer === "no answer") return { answer };
    const after = continueOf(answer.body);
    if (outcomeOf(answer).kind !== "done") {
      // A token that is too old is exchanged for one that goes on with what is there now.
      const isExchanged = answer.code === 410 && after !== "";
      return isExchanged ? { answer, next: { token: after, isFreshStart: true } } : { answer };
    }
    const page = pageOf(request.of, answer.body, { start, end: recorder.tick(), isFreshStart });
    board.seeRevision(page.revision);
    for (const seen of page.items) board.see(seen);
    return after === "" ? { answer, page } : { answer, page, next: { token: after, isFreshStart: false } };
  }

  /** A list need not be read in one go, nor from the same process. */
  async #doOtherThings(): Promise<Caller> {
    const { recorder, board, gate } = this.#state;
    for (let count = this.#dice.int(1, 4); count > 0; count--) {
      const id = recorder.nextId(`c${this.#index}`);
      const request = chooseRequest({ dice: this.#dice, board, id });
      if (request.verb !== "list") await this.perform(id, request);
    }
    const { plain, weir } = await gate.current;
    return this.#index % 2 === 0 ? plain : weir;
  }

  async #ask(send: (signal: AbortSignal) => Promise<Answer>): Promise<Answer | "not sent" | "no answer"> {
    const patience = new AbortController();
    const isImpatient = this.#dice.chance(HANGS_UP);
    const after = this.#dice.int(0, LONGEST_PATIENCE_MS);
    const timer = isImpatient ? systemClock.setTimer(after, () => patience.abort()) : undefined;
    try {
      return await send(patience.signal);
    } catch (error) {
      return isNotSent(error) ? "not sent" : "no answer";
    } finally {
      timer?.cancel();
    }
  }
}

interface NextPage {
  readonly token: string;
  readonly isFreshStart: boolean;
}

interface GotPage {
  readonly answer: Answer | "no answer";
  readonly page?: Page;
  /** Absent after the last one. */
  readonly next?: NextPage;
}

type SeenInAnswer = { readonly answer?: Seen; readonly goneUid?: string; readonly items?: readonly Seen[] };

function pause(): Promise<void> {
  return systemClock.sleep(LOOK_AGAIN_MS);
}

/** What a client knows after an answer, or without one. A server that failed may still do what it was asked. */
export function outcomeOf(answer: Answer | string): Outcome {
  if (typeof answer === "string") return { kind: "unknown", until: Number.POSITIVE_INFINITY };
  const { code, body } = answer;
  if (code < 300) return { kind: "done", code };
  const said = String(body["message"] ?? "");
  if (said.includes("injected fault")) return { kind: "refused", code, reason: INJECTED, message: said };
  if (code >= 500 || code === 429) return { kind: "unknown", until: Number.POSITIVE_INFINITY, code };
  return { kind: "refused", code, reason: String(body["reason"] ?? code), message: said };
}

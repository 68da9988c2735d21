import type { JsonValue } from "@weir/core";

/** Reads the lines of a watch, one event at a time. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #lines: string[] = [];
  #rest = "";
  #pending: Promise<{ done: boolean; value?: Uint8Array | undefined }> | undefined;
  isClosed = false;

  constructor(response: Response) {
    const body = response.body;
    if (body === null) throw new TypeError("no body");
    this.#reader = body.getReader();
  }

  async next(timeoutMs: number, wantsBookmark: boolean): Promise<JsonValue | undefined> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) {
        const event = JSON.parse(line) as { type: string };
        if (event.type === "BOOKMARK" && !wantsBookmark) continue;
        return event as unknown as JsonValue;
      }
      if (this.isClosed || !(await this.#more(end - Date.now()))) return undefined;
    }
  }

  async #more(timeoutMs: number): Promise<boolean> {
    if (timeoutMs <= 0) return false;
    this.#pending ??= this.#reader.read();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const read = await Promise.race([this.#pending, timeout]);
    clearTimeout(timer);
    if (read === undefined) return false;
    this.#pending = undefined;
    if (read.done) this.isClosed = true;
    else this.#push(this.#decoder.decode(read.value, { stream: true }));
    return true;
  }

  #push(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    this.#lines.push(...lines.filter((line) => line !== ""));
  }
}

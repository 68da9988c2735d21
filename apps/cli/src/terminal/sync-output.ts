import { writeSync } from "node:fs";

/** How much is turned into bytes at once, in UTF-16 units. */
const SLICE = 64 * 1024;

/**
 * Writes text to a file descriptor without loading Node's streams, which take longer to load than a small build takes.
 *
 * A reader that ended is no failure: what follows is dropped. A descriptor that would have to be waited for is handed to
 * Node's stream, with all that follows.
 */
export class SyncOutput {
  readonly #descriptor: number;
  readonly #openStream: () => NodeJS.WriteStream;
  #stream: NodeJS.WriteStream | undefined;
  #isClosed = false;

  constructor(descriptor: number, openStream: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#openStream = openStream;
  }

  write(text: string): void {
    for (let start = 0; start < text.length; ) {
      const end = endOfSlice(text, start + SLICE);
      this.#put(Buffer.from(text.slice(start, end), "utf8"));
      start = end;
    }
  }

  /** Resolves when what was handed to the stream has been taken. */
  async flush(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined) return;
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }

  #put(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isClosed) {
      if (this.#stream !== undefined) {
        this.#stream.write(rest);
        return;
      }
      rest = rest.subarray(this.#writeSome(rest));
    }
  }

  #writeSome(bytes: Buffer): number {
    try {
      return writeSync(this.#descriptor, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") this.#useStream();
      else if (code === "EPIPE") this.#isClosed = true;
      else throw error;
      return 0;
    }
  }

  #useStream(): void {
    this.#stream = this.#openStream();
    this.#stream.on("error", () => {
      this.#isClosed = true;
    });
  }
}

/** A place at or before which a text can be cut without cutting a character in two. */
function endOfSlice(text: string, end: number): number {
  if (end >= text.length) return text.length;
  return (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end - 1 : end;
}

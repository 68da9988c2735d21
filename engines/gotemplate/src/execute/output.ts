/** After how many pieces they are joined: a text made of very many small ones would take many times its size. */
const PIECES = 4096;

/** Collects what a template writes. */
export class Output {
  #joined = "";
  #pieces: string[] = [];

  write(piece: string): void {
    if (this.#pieces.push(piece) === PIECES) this.#join();
  }

  text(): string {
    if (this.#pieces.length > 0) this.#join();
    return this.#joined;
  }

  #join(): void {
    const { length } = this.#pieces;
    this.#joined += length === 1 ? (this.#pieces[0] as string) : this.#pieces.join("");
    this.#pieces = [];
  }
}

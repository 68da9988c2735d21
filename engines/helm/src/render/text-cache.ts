/** What is made of texts, by the text; bounded by their number and length, the oldest go first. */
export class TextCache<Value> {
  readonly #mostTexts: number;
  readonly #mostCharacters: number;
  readonly #values = new Map<string, Value>();
  #characters = 0;

  constructor(mostTexts: number, mostCharacters: number) {
    this.#mostTexts = mostTexts;
    this.#mostCharacters = mostCharacters;
  }

  /** What was made of the text, or what is made of it now; nothing is kept where that throws. */
  get(text: string, make: (text: string) => Value): Value {
    const found = this.#values.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (text.length <= this.#mostCharacters) this.#keep(text, made);
    return made;
  }

  #keep(text: string, value: Value): void {
    this.#values.set(text, value);
    this.#characters += text.length;
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#mostTexts && this.#characters <= this.#mostCharacters) return;
      this.#values.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}

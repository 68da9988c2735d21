import type { KeyText, KindName } from "../history/history.ts";
import { parseKey } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";
import type { Dice } from "./dice.ts";

const REMEMBERED_VERSIONS = 4;
const REMEMBERED_REVISIONS = 60;

/** What the clients of a run have seen and tell each other, so that their requests meet. */
export class Board {
  readonly #seen = new Map<KeyText, Seen[]>();
  readonly #revisions: number[] = [];

  see(seen: Seen): void {
    const known = this.#seen.get(seen.key);
    if (known === undefined) this.#seen.set(seen.key, [seen]);
    else if (known.every(({ revision }) => revision !== seen.revision)) {
      known.push(seen);
      known.sort((left, right) => left.revision - right.revision);
      if (known.length > REMEMBERED_VERSIONS) known.shift();
    }
    this.seeRevision(seen.revision);
  }

  seeRevision(revision: number): void {
    if (revision > (this.#revisions.at(-1) ?? 0)) this.#revisions.push(revision);
    if (this.#revisions.length > REMEMBERED_REVISIONS) this.#revisions.shift();
  }

  get newestRevision(): number {
    return this.#revisions.at(-1) ?? 0;
  }

  /** A version of an object: mostly the newest that was seen, at times an older one. */
  version(key: KeyText, dice: Dice): Seen | undefined {
    const known = this.#seen.get(key) ?? [];
    return dice.chance(0.8) ? known.at(-1) : dice.pick(known.length === 0 ? [undefined] : known);
  }

  /** A revision that somebody saw lately. */
  revision(dice: Dice): number {
    return this.#revisions.length === 0 ? 0 : dice.pick(this.#revisions);
  }

  /** Names that the server drew. */
  generatedNames(of: KindName, namespace: string): readonly string[] {
    return [...this.#seen.keys()]
      .map(parseKey)
      .filter((key) => key.of === of && key.namespace === namespace && key.name.startsWith("generated-"))
      .map(({ name }) => name)
      .slice(-6);
  }
}

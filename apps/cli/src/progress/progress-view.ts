import type { Environment } from "../environment.ts";
import { type Colors, colorsFor } from "../terminal/colors.ts";
import { shortRevision } from "../terminal/short-revision.ts";
import type { ObjectState } from "./object-state.ts";
import { renderTree } from "./render-tree.ts";

/** Shows how far the objects are. */
export interface ProgressView {
  update(states: ReadonlyMap<string, ObjectState>, changed: ObjectState): void;
  /** Prints a line of its own, above the tree where there is one. */
  note(text: string): void;
}

/** A tree that is redrawn in place on a terminal, and a line per change everywhere else. */
export function createProgressView(environment: Environment): ProgressView {
  const colors = colorsFor(environment.isTerminal);
  return environment.isTerminal ? new TreeView(environment, colors) : new LineView(environment);
}

const WORDS: Readonly<Record<ObjectState["phase"], string>> = {
  ready: "ready",
  failed: "failed",
  waiting: "waits",
  working: "works",
  suspended: "suspended",
};

class LineView implements ProgressView {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  update(_states: ReadonlyMap<string, ObjectState>, changed: ObjectState): void {
    const message = shortRevision(changed.message.split("\n")[0] ?? "");
    this.#environment.write(`${WORDS[changed.phase].padEnd(9)} ${changed.id}: ${message}\n`);
  }

  note(text: string): void {
    this.#environment.write(`${text}\n`);
  }
}

class TreeView implements ProgressView {
  readonly #environment: Environment;
  readonly #colors: Colors;
  #drawn = 0;
  #lines: readonly string[] = [];

  constructor(environment: Environment, colors: Colors) {
    this.#environment = environment;
    this.#colors = colors;
  }

  update(states: ReadonlyMap<string, ObjectState>): void {
    this.#lines = renderTree(states, this.#environment.columns, this.#colors);
    this.#draw("");
  }

  note(text: string): void {
    this.#draw(`${text}\n`);
  }

  #draw(above: string): void {
    const up = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A`;
    const body = this.#lines.map((line) => `${line}\n`).join("");
    this.#environment.write(`${up}\u001b[0J${above}${body}`);
    this.#drawn = this.#lines.length;
  }
}

import picocolors from "picocolors";

/** The few colours that the output uses; plain text where there is no terminal. */
export interface Colors {
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** The colours of a terminal, or none. */
export function colorsFor(isTerminal: boolean): Colors {
  const { green, red, yellow, dim } = picocolors.createColors(isTerminal);
  return { green, red, yellow, dim };
}

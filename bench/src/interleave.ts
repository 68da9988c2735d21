/** Something that is run several times. */
export type Measurement<Result> = () => Promise<Result>;

/** The results of two things that were run in turn. */
export interface Pair<Left, Right> {
  readonly left: readonly Left[];
  readonly right: readonly Right[];
}

/**
 * Runs two things in the order A B B A, again and again, so that a machine that warms up or slows down favours neither.
 * Each is run twice a round.
 */
export async function interleave<Left, Right>(
  rounds: number,
  runLeft: Measurement<Left>,
  runRight: Measurement<Right>,
): Promise<Pair<Left, Right>> {
  const left: Left[] = [];
  const right: Right[] = [];
  for (let round = 0; round < rounds; round += 1) {
    left.push(await runLeft());
    right.push(await runRight());
    right.push(await runRight());
    left.push(await runLeft());
  }
  return { left, right };
}

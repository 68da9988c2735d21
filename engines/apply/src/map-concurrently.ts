/**
 * Maps with at most so many calls at once, and keeps the order. The first failure, in the order of the inputs, is thrown
 * after the calls that run have ended, so that nothing goes on behind the caller's back.
 */
export async function mapConcurrently<Input, Output>(
  inputs: readonly Input[],
  concurrency: number,
  call: (input: Input) => Promise<Output>,
  signal?: AbortSignal,
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  const failures = new Map<number, unknown>();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < inputs.length && failures.size === 0) {
      signal?.throwIfAborted();
      const index = next++;
      try {
        outputs[index] = await call(inputs[index] as Input);
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, inputs.length) }, work));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return outputs;
}

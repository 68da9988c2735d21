/**
 * Maps with at most so many calls at once, and keeps the order. One failure is thrown after the calls that run have
 * ended, so that nothing goes on behind the caller's back: that of the last of the calls that were begun together, else
 * the first in the order of the inputs. Go runs the last of several goroutines first, so it is the one that Flux tells.
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
  if (failures.size > 0) {
    const last = Math.min(concurrency, inputs.length) - 1;
    throw failures.get(failures.has(last) ? last : Math.min(...failures.keys()));
  }
  return outputs;
}

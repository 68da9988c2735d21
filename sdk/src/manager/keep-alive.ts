import { MessageChannel } from "node:worker_threads";

/**
 * Keeps the process from ending until it is disposed.
 *
 * Timers and idle connections do not, so that nobody has to wait for them; a program whose API server is gone for a
 * moment has nothing else, and would end in the middle of its work.
 */
export function keepAlive(): Disposable {
  const { port1 } = new MessageChannel();
  port1.ref();
  return { [Symbol.dispose]: () => port1.close() };
}

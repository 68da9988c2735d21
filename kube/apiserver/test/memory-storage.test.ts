import { FakeClock } from "@weir/core";
import { createMemoryStorage } from "../src/storage/memory-storage.ts";
import { run } from "./storage-conformance.ts";

run("memory", async (history) => {
  const clock = new FakeClock();
  const storage = createMemoryStorage({ clock, ...(history === undefined ? {} : { history }) });
  return { storage, clock, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
});

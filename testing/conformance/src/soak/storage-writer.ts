// Writes to a storage as fast as it can until it is killed, and says what was acknowledged and what a watcher was shown.
// `storage-writer.ts PATH RUN [sync|nosync] SEED`; lines `a REVISION KEY SEQUENCE` (`-` for a deletion) and `w REVISION KEY`.
import { createSqliteStorage, type Storage } from "@weir/apiserver";
import { seededRandom } from "@weir/core";

const WRITERS = 12;
const KEYS_EACH = 20;

const [path = "", run = "0", sync = "sync", seed = "1"] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const encoder = new TextEncoder();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function tellWatched(storage: Storage): Promise<void> {
  const signal = new AbortController().signal;
  for await (const events of storage.watch("/", await storage.revision(), signal)) {
    for (const { revision, key } of events) say(`w ${revision} ${key}`);
  }
}

async function write(storage: Storage, writer: number): Promise<never> {
  for (let at = 0; ; at++) {
    const key = `/soak/${writer}/${Math.floor(random.next() * KEYS_EACH)}`;
    const current = await storage.get(key);
    const isDeletion = current !== undefined && random.next() < 0.2;
    const sequence = `${run}.${writer}.${at}`;
    const value = isDeletion
      ? undefined
      : encoder.encode(`${sequence} `.padEnd(100 + random.next() ** 3 * 8000, "."));
    const result = await storage.commit({ key, value, expected: current?.modRevision ?? 0 });
    if (result.kind === "committed") say(`a ${result.revision} ${key} ${isDeletion ? "-" : sequence}`);
  }
}

const storage = await createSqliteStorage({ path, fsync: sync === "sync", history: { maxRevisions: 700 } });
say(`o ${await storage.revision()}`);
await Promise.all([
  tellWatched(storage),
  ...Array.from({ length: WRITERS }, (_, writer) => write(storage, writer)),
]);

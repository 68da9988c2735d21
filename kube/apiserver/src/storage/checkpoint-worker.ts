import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointReply, CheckpointRequest } from "./checkpoint-thread.ts";

/** Copies a storage's write-ahead log into its file, whenever it is asked to. */
if (parentPort !== null) {
  const port = parentPort;
  const db = new DatabaseSync(String(workerData), { timeout: 1000 });
  db.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0");
  port.on("message", (request: CheckpointRequest) => {
    if (request === "checkpoint") {
      port.postMessage(checkpoint(db));
      return;
    }
    db.close();
    port.close();
  });
}

function checkpoint(db: DatabaseSync): CheckpointReply {
  try {
    const result = db.prepare("PRAGMA wal_checkpoint(PASSIVE)").get();
    return { kind: "copied", isAll: result?.["busy"] === 0 && result["log"] === result["checkpointed"] };
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

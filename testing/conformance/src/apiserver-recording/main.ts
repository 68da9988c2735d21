// npm run record-apiserver [-- TRANSCRIPT…]: asks a kube-apiserver again what the kept transcripts ask.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseJson } from "@weir/core";
import { startRealServer } from "../apiserver/real-target.ts";
import type { Transcript } from "../apiserver/transcript.ts";
import { recordTranscript, writeTranscript } from "./recorder.ts";

const folder = resolve(import.meta.dirname, "../../cases/admission");
const wanted = new Set(process.argv.slice(2).map((name) => basename(name, ".json")));

await using server = await startRealServer({ hasServiceAccounts: true });
for (const file of readdirSync(folder).sort()) {
  if (wanted.size > 0 && !wanted.has(basename(file, ".json"))) continue;
  const path = join(folder, file);
  const transcript = parseJson(readFileSync(path, "utf8")) as unknown as Transcript;
  writeFileSync(path, writeTranscript(await recordTranscript(transcript, server.target())));
  process.stdout.write(`${file}\n`);
}

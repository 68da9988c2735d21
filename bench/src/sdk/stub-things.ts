/** The kind that both sides watch: no CRD stands behind it, only this stub. */
export const THINGS_PATH = "/apis/bench.weir.dev/v1/things";

/** About 1 KB with the metadata, as a ConfigMap of a few settings. */
const PAYLOAD = "x".repeat(600);

/** A collection of equal objects whose JSON is put together from parts, so that the stub costs next to nothing. */
export class StubThings {
  readonly #versions: number[];
  #version: number;

  constructor(count: number) {
    this.#versions = Array.from({ length: count }, (_, index) => index + 1);
    this.#version = count;
  }

  get count(): number {
    return this.#versions.length;
  }

  get version(): number {
    return this.#version;
  }

  /** Changes one object, and gives the event; `sent` is the time on the machine's monotonic clock, in nanoseconds. */
  change(index: number, sent: bigint): string {
    this.#version += 1;
    this.#versions[index] = this.#version;
    return event("MODIFIED", this.json(index, sent));
  }

  added(index: number): string {
    return event("ADDED", this.json(index, 0n));
  }

  /** What ends the first state of a watch. */
  initialEventsEnd(): string {
    const metadata = `{"resourceVersion":"${this.#version}","annotations":{"k8s.io/initial-events-end":"true"}}`;
    return event("BOOKMARK", `{"kind":"Thing","apiVersion":"bench.weir.dev/v1","metadata":${metadata}}`);
  }

  bookmark(): string {
    const metadata = `{"resourceVersion":"${this.#version}"}`;
    return event("BOOKMARK", `{"kind":"Thing","apiVersion":"bench.weir.dev/v1","metadata":${metadata}}`);
  }

  /** A page of the list. */
  page(from: number, limit: number): string {
    const end = Math.min(this.count, limit === 0 ? this.count : from + limit);
    const items: string[] = [];
    for (let index = from; index < end; index++) items.push(this.json(index, 0n));
    const rest = end < this.count ? `,"continue":"${end}","remainingItemCount":${this.count - end}` : "";
    return `{"kind":"ThingList","apiVersion":"bench.weir.dev/v1","metadata":{"resourceVersion":"${this.#version}"${rest}},"items":[${items.join(",")}]}`;
  }

  json(index: number, sent: bigint): string {
    const name = `thing-${String(index).padStart(6, "0")}`;
    const uid = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const metadata = `{"name":"${name}","namespace":"default","uid":"${uid}","resourceVersion":"${this.#versions[index]}","generation":${this.#versions[index]},"creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"bench"}}`;
    return `{"kind":"Thing","apiVersion":"bench.weir.dev/v1","metadata":${metadata},"data":{"sent":"${sent}","payload":"${PAYLOAD}"}}`;
  }
}

function event(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`;
}

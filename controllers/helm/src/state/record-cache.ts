import type { CreateRecordOptions, Release, ReleaseStore } from "@weir/helm";

/**
 * The records of one release during one run, read once: what the run writes is known without reading it again, and no other
 * writer can come between, since the record of a revision is the lock for it.
 */
export class RecordCache implements ReleaseStore {
  readonly namespace: string;
  readonly #store: ReleaseStore;
  readonly #name: string;
  #records: Promise<readonly Release[]> | undefined;

  constructor(store: ReleaseStore, name: string) {
    this.namespace = store.namespace;
    this.#store = store;
    this.#name = name;
  }

  /** The records of the release, the oldest first. */
  async records(): Promise<readonly Release[]> {
    const reading = this.#records ?? this.#store.history(this.#name);
    this.#records = reading;
    try {
      return await reading;
    } catch (error) {
      this.#records = undefined;
      throw error;
    }
  }

  async get(name: string, version: number): Promise<Release | undefined> {
    if (name !== this.#name) return this.#store.get(name, version);
    return (await this.records()).find((record) => record.version === version);
  }

  history(name: string): Promise<readonly Release[]> {
    return name === this.#name ? this.records() : this.#store.history(name);
  }

  async last(name: string): Promise<Release | undefined> {
    return (await this.history(name)).at(-1);
  }

  async deployed(name: string): Promise<Release | undefined> {
    return (await this.deployedAll(name))[0];
  }

  async deployedAll(name: string): Promise<readonly Release[]> {
    const records = await this.history(name);
    return records.filter(({ info }) => info.status === "deployed").toReversed();
  }

  list(): Promise<readonly Release[]> {
    return this.#store.list();
  }

  async create(release: Release, options: CreateRecordOptions = {}): Promise<void> {
    const { maxHistory = 0 } = options;
    // Room is made where there is none only, since that reads all records again.
    const isFull = maxHistory > 0 && (await this.records()).length >= maxHistory;
    await this.#store.create(release, isFull ? options : {});
    if (isFull) this.#records = undefined;
    else await this.#remember(release);
  }

  async update(release: Release): Promise<void> {
    await this.#store.update(release);
    await this.#remember(release);
  }

  async delete(release: Release): Promise<void> {
    await this.#store.delete(release);
    const records = await this.records();
    this.#records = Promise.resolve(records.filter(({ version }) => version !== release.version));
  }

  async #remember(release: Release): Promise<void> {
    if (release.name !== this.#name || this.#records === undefined) return;
    const others = (await this.#records).filter(({ version }) => version !== release.version);
    const records = [...others, release].sort((left, right) => left.version - right.version);
    this.#records = Promise.resolve(records);
  }
}

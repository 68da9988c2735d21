/** One page as a write-ahead log holds it. */
export interface WalFrame {
  readonly page: number;
  /** Where the page's bytes begin in the log. */
  readonly offset: number;
  /** The last frame of a transaction. */
  readonly isCommit: boolean;
}

/** What a write-ahead log of SQLite says. */
export interface WalContent {
  readonly pageBytes: number;
  /** The frames that SQLite would replay: whole, and of transactions that ended. */
  readonly frames: readonly WalFrame[];
  /**
   * A transaction cannot be read although another was begun behind it: it had reached the disk, so that a crash is no
   * explanation.
   */
  readonly lostTransaction: boolean;
}

export const WAL_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;
const FORMAT = 3_007_000;
const LARGEST_PAGE = 65_536;

/**
 * Reads a write-ahead log as SQLite's recovery does (https://sqlite.org/fileformat2.html#the_write_ahead_log), which
 * takes whatever does not add up for its end and says nothing. `undefined` where not even the header is whole.
 */
export function readWal(bytes: Uint8Array): WalContent | undefined {
  if (bytes.length < WAL_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return undefined;
  const pageBytes = view.getUint32(8);
  const isPageSize = pageBytes >= 512 && pageBytes <= LARGEST_PAGE && (pageBytes & (pageBytes - 1)) === 0;
  if (view.getUint32(4) !== FORMAT || !isPageSize) return undefined;
  const sum = new WalChecksum(view, magic === MAGIC_LITTLE_ENDIAN);
  sum.add(0, 24);
  if (!sum.isAt(24)) return undefined;
  return { pageBytes, ...readFrames(view, pageBytes, sum) };
}

function readFrames(
  view: DataView,
  pageBytes: number,
  sum: WalChecksum,
): { readonly frames: readonly WalFrame[]; readonly lostTransaction: boolean } {
  const frames: WalFrame[] = [];
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  let whole = 0;
  let at = WAL_HEADER_BYTES;
  for (; at + frameBytes <= view.byteLength; at += frameBytes) {
    const page = view.getUint32(at);
    if (page === 0 || !hasSalt(view, at)) break;
    sum.add(at, 8);
    sum.add(at + FRAME_HEADER_BYTES, pageBytes);
    if (!sum.isAt(at + 16)) break;
    const isCommit = view.getUint32(at + 4) !== 0;
    frames.push({ page, offset: at + FRAME_HEADER_BYTES, isCommit });
    if (isCommit) whole = frames.length;
  }
  frames.length = whole;
  return { frames, lostTransaction: isFollowed(view, at, frameBytes) };
}

/** Whether the transaction that cannot be read ends, and another begins behind it. */
function isFollowed(view: DataView, from: number, frameBytes: number): boolean {
  let hasEnded = false;
  for (let at = from; at + FRAME_HEADER_BYTES <= view.byteLength; at += frameBytes) {
    if (!hasSalt(view, at)) continue;
    if (hasEnded) return true;
    hasEnded = view.getUint32(at + 4) !== 0;
  }
  return false;
}

/** Frames of an earlier round of the log, which is written again from its start, have other salts. */
function hasSalt(view: DataView, frame: number): boolean {
  return (
    view.getUint32(frame + 8) === view.getUint32(16) && view.getUint32(frame + 12) === view.getUint32(20)
  );
}

/** SQLite's checksum: over everything from the header on, so that nothing behind a broken place is believed. */
class WalChecksum {
  readonly #view: DataView;
  readonly #isLittleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(view: DataView, isLittleEndian: boolean) {
    this.#view = view;
    this.#isLittleEndian = isLittleEndian;
  }

  add(from: number, length: number): void {
    const view = this.#view;
    const isLittleEndian = this.#isLittleEndian;
    let first = this.#first;
    let second = this.#second;
    for (let at = from; at < from + length; at += 8) {
      first = (first + view.getUint32(at, isLittleEndian) + second) | 0;
      second = (second + view.getUint32(at + 4, isLittleEndian) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  isAt(offset: number): boolean {
    return (
      this.#view.getUint32(offset) === this.#first >>> 0 &&
      this.#view.getUint32(offset + 4) === this.#second >>> 0
    );
  }
}

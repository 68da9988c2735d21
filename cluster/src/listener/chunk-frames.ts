import type { ServerResponse } from "node:http";
import type { BodyPiece } from "@weir/apiserver";

const LINE_END = Buffer.from("\r\n");
const LAST_CHUNK = "0\r\n\r\n";
/** Pieces up to this long are copied into a frame. */
const LARGEST_FRAME = 32 * 1024;

/**
 * The chunks of HTTP/1.1 of what many are sent: the same piece is framed once, and is one write for each response, where
 * Node makes three of it.
 */
export class ChunkFrames {
  readonly #frames = new WeakMap<Uint8Array, Buffer>();

  /** How a response is written to whose head was sent. */
  writerOf(response: ServerResponse): FrameWriter {
    // A client of HTTP/1.0 knows of no chunks: it is sent the pieces as they are.
    const isChunked = response.chunkedEncoding;
    response.chunkedEncoding = false;
    return {
      write: (piece) => (isChunked ? this.#write(response, piece) : response.write(piece)),
      end: () => (isChunked ? response.end(LAST_CHUNK) : response.end()),
    };
  }

  #write(response: ServerResponse, piece: BodyPiece): boolean {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    if (bytes.length <= LARGEST_FRAME) return response.write(this.#frame(bytes));
    response.cork();
    response.write(lengthLine(bytes));
    response.write(bytes);
    const isTaken = response.write(LINE_END);
    response.uncork();
    return isTaken;
  }

  #frame(bytes: Uint8Array): Buffer {
    const known = this.#frames.get(bytes);
    if (known !== undefined) return known;
    const frame = Buffer.concat([lengthLine(bytes), bytes, LINE_END]);
    this.#frames.set(bytes, frame);
    return frame;
  }
}

/** Writes a response piece by piece. */
export interface FrameWriter {
  /** Says whether the client is ready for more, as a stream's write. */
  write(piece: BodyPiece): boolean;
  end(): void;
}

function lengthLine(bytes: Uint8Array): Buffer {
  return Buffer.from(`${bytes.length.toString(16)}\r\n`, "latin1");
}

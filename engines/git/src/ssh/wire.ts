/** A number as ssh writes it: four bytes, the highest first. */
export function sshUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Bytes as ssh writes them: their length and themselves. */
export const sshString = {
  write(value: string | Uint8Array): Buffer {
    const bytes = Buffer.from(value);
    return Buffer.concat([sshUint32(bytes.length), bytes]);
  },

  /** `undefined` where the bytes end too early. */
  read(bytes: Buffer, offset: number): Buffer | undefined {
    if (offset + 4 > bytes.length) return undefined;
    const end = offset + 4 + bytes.readUInt32BE(offset);
    return end > bytes.length ? undefined : bytes.subarray(offset + 4, end);
  },
} as const;

/** Bits of a key's usage, the first being the highest, by the names that Kubernetes has for them. */
const BITS: Readonly<Record<string, number>> = {
  signing: 0,
  "digital signature": 0,
  "content commitment": 1,
  "key encipherment": 2,
  "data encipherment": 3,
  "key agreement": 4,
  "cert sign": 5,
  "crl sign": 6,
  "encipher only": 7,
  "decipher only": 8,
};

const EXTENDED: Readonly<Record<string, string>> = {
  any: "2.5.29.37.0",
  "server auth": "1.3.6.1.5.5.7.3.1",
  "client auth": "1.3.6.1.5.5.7.3.2",
  "code signing": "1.3.6.1.5.5.7.3.3",
  "email protection": "1.3.6.1.5.5.7.3.4",
  "s/mime": "1.3.6.1.5.5.7.3.4",
  "ipsec end system": "1.3.6.1.5.5.7.3.5",
  "ipsec tunnel": "1.3.6.1.5.5.7.3.6",
  "ipsec user": "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  "ocsp signing": "1.3.6.1.5.5.7.3.9",
  "microsoft sgc": "1.3.6.1.4.1.311.10.3.3",
  "netscape sgc": "2.16.840.1.113730.4.1",
};

/** What a certificate says of the uses of its key. */
export interface KeyUsages {
  /** Bytes of a bit string, of whose last so many bits do not count; none where no plain usage is named. */
  readonly bits: Uint8Array;
  readonly unused: number;
  /** Identifiers of extended usages, in order. */
  readonly extended: readonly string[];
}

/** The uses of a key by the names that Kubernetes has for them; names that it does not know are left out. */
export function keyUsages(usages: readonly string[]): KeyUsages {
  const set = new Set(usages.flatMap((usage) => (Object.hasOwn(BITS, usage) ? [BITS[usage] ?? 0] : [])));
  const highest = Math.max(-1, ...set);
  const bits = Buffer.alloc(Math.ceil((highest + 1) / 8));
  for (const bit of set) bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const extended = new Set(
    [...new Set(usages)]
      .sort()
      .flatMap((usage) => (Object.hasOwn(EXTENDED, usage) ? [EXTENDED[usage] ?? ""] : [])),
  );
  return { bits, unused: bits.length * 8 - highest - 1, extended: [...extended] };
}

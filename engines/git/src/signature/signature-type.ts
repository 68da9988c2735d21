/** What made a signature, by its armor. */
export type SignatureType = "openpgp" | "ssh" | "x509" | "unknown" | "empty";

const ARMORS: ReadonlyArray<readonly [string, SignatureType]> = [
  ["-----BEGIN PGP SIGNATURE-----", "openpgp"],
  ["-----BEGIN SSH SIGNATURE-----", "ssh"],
  ["-----BEGIN SIGNED MESSAGE-----", "x509"],
];

/** Where a signature begins in a tag, in git's words for the types it knows. */
const BEGINNINGS = [
  ...ARMORS.map(([armor]) => armor),
  "-----BEGIN PGP MESSAGE-----",
  "-----BEGIN CERTIFICATE-----",
];

/** Tells the type of an armored signature. */
export function signatureTypeOf(signature: string): SignatureType {
  if (signature === "") return "empty";
  const bare = signature.trimStart();
  return ARMORS.find(([armor]) => bare.startsWith(armor))?.[1] ?? "unknown";
}

/** Where the last signature of a tag begins, which is at the beginning of a line; -1 where there is none. */
export function signatureStart(text: Buffer): number {
  const starts = BEGINNINGS.map((armor) => {
    const at = text.lastIndexOf(`\n${armor}`);
    if (at >= 0) return at + 1;
    return text.subarray(0, armor.length).equals(Buffer.from(armor)) ? 0 : -1;
  });
  return Math.max(...starts);
}

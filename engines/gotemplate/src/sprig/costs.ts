/** What cryptography costs a run, in the steps of templates that take about as long. */

/** An RSA key of 2048 bits. */
export const KEY_COST = 500_000;
/** An RSA key of 4096 bits, or a DSA key. */
export const LARGE_KEY_COST = 4 * KEY_COST;
/** A password's bcrypt or scrypt. */
export const PASSWORD_COST = KEY_COST;

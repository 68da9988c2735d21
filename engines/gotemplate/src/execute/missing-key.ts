/** What a key that a map does not have gives: no value, the empty value of the map's elements, or an error. */
export type MissingKey = "default" | "zero" | "error";

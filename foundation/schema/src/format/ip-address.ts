/** Whether a text is four decimal bytes; leading zeros are read as decimal, as Kubernetes still does. */
export function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,10}$/.test(part) && Number(part) <= 255);
}

function countGroups(text: string): number {
  if (text === "") return 0;
  const groups = text.split(":");
  const last = groups.at(-1) ?? "";
  const hasIpv4Tail = last.includes(".");
  if (hasIpv4Tail) groups.pop();
  const isValid = groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (!hasIpv4Tail || isIpv4(last));
  return isValid ? groups.length + (hasIpv4Tail ? 2 : 0) : Number.NaN;
}

/** Whether a text is an IPv6 address without a zone. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const gap = text.indexOf("::");
  if (gap === -1) return countGroups(text) === 8;
  if (text.includes("::", gap + 1)) return false;
  const head = text.slice(0, gap);
  // Only the last groups can be written as an IPv4 address.
  return !head.includes(".") && countGroups(head) + countGroups(text.slice(gap + 2)) <= 7;
}

/** Whether a text is an address and a prefix length that fits it. */
export function isCidr(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash === -1) return false;
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(length)) return false;
  if (isIpv4(address)) return Number(length) <= 32;
  return isIpv6(address) && Number(length) <= 128;
}

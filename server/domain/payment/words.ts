/** @returns a code such as `requested_by_customer` for people: `Requested by customer`; words that people wrote stay */
export function plainWords(code: string): string {
  const words = /^[a-z0-9_]+$/.test(code) ? code.replace(/_/g, ' ') : code;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Adds the three characters that make an id safe where case is lost (Salesforce help, "18-character record ids"). */
export function toId18(id15: string): string {
  let suffix = '';
  for (let chunk = 0; chunk < 3; chunk++) {
    let bits = 0;
    for (let at = 0; at < 5; at++) if (/[A-Z]/.test(id15.charAt(chunk * 5 + at))) bits |= 1 << at;
    suffix += ALPHABET.charAt(bits);
  }
  return id15 + suffix;
}

/** @returns the 18-character id, or null when the text is no id at all */
export function normalizeId(text: string): string | null {
  if (!/^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(text)) return null;
  const id = toId18(text.slice(0, 15));
  return text.length === 15 || id === text ? id : null;
}

/** @param sequence 1, 2, 3 … within the key prefix */
export function makeId(keyPrefix: string, sequence: number): string {
  let digits = '';
  for (let rest = sequence; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits;
  return toId18(`${keyPrefix}5g0${digits.padStart(9, '0')}`);
}

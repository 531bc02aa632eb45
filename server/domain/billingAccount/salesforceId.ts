const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** Salesforce docs, "18-character record ids": each of the last three characters says which of five letters are capitals. */
function suffixOf(id: string): string {
  return [0, 5, 10]
    .map((start) => {
      let bits = 0;
      for (let index = 0; index < 5; index += 1) if (/[A-Z]/.test(id.charAt(start + index))) bits |= 1 << index;
      return ALPHABET.charAt(bits);
    })
    .join('');
}

/** @returns the 18-character form of a record id; a text of another length as it is */
export function id18(id: string): string {
  return id.length === 15 ? id + suffixOf(id) : id;
}

/**
 * @param text what a billing system holds as the id of a Salesforce Account
 * @returns the 18-character id, or null when the text is no Account id (wrong prefix, length or check characters)
 */
export function accountIdFrom(text: string | null | undefined): string | null {
  const id = (text ?? '').trim();
  if (!/^001[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(id)) return null;
  const whole = id.slice(0, 15) + suffixOf(id);
  return id.length === 15 || id === whole ? whole : null;
}

/**
 * Puts the text of a field into the clipboard; where the page may not, by marking it and the browser's old command.
 * @returns whether it is there
 */
export async function copyText(field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    try {
      // Old, but all that is left where the Clipboard API is blocked by a permissions policy.
      return document.execCommand('copy');
    } catch {
      return false;
    }
  }
}

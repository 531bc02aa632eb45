const UNSTORABLE = /\\u0000|\\ud[89a-f]/i;

/** Postgres stores neither NUL nor half a surrogate pair; both become U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clean);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [storableText(name), clean(item)]));
}

/** @returns JSON text that Postgres stores. @throws RangeError when the content is nested too deeply */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return UNSTORABLE.test(text) ? JSON.stringify(clean(JSON.parse(text))) : text;
}

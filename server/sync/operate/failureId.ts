/**
 * What has failed: a key that cannot be worked, a row that Salesforce refuses, an event that is not as it should be, an owner
 * who could not be told of an Opportunity.
 */
export type FailureKind = 'key' | 'row' | 'event' | 'notice';

/** A failure by its parts; `id` is the key, that of the row or of the deal, or the number of the inbox row. */
export type FailureRef = { kind: FailureKind; object: string | null; id: string };

/** @returns `key:<key>`, `row:<object>:<key>`, `event:<number>` or `notice:<key of the deal>` */
export function failureIdOf({ kind, object, id }: FailureRef): string {
  return object === null ? `${kind}:${id}` : `${kind}:${object}:${id}`;
}

/** @returns null when the text is no id of a failure */
export function parseFailureId(text: string): FailureRef | null {
  const match = /^(?:(key|notice):(\S+)|(row):(\w+):(\S+)|(event):(\d{1,15}))$/.exec(text);
  if (match === null) return null;
  if (match[1]) return { kind: match[1] as 'key' | 'notice', object: null, id: match[2]! };
  if (match[3]) return { kind: 'row', object: match[4]!, id: match[5]! };
  return { kind: 'event', object: null, id: match[7]! };
}

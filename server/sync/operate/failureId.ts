import type { FailureKind } from '../../workflows/ports/failures.ts';

/** A failure by its parts; `id` is its subject: a key, that of the row or of the deal, a number of the inbox, or a name. */
export type FailureRef = { kind: FailureKind; object: string | null; id: string };

/** @returns `key:<key>`, `row:<object>:<key>`, `event:<number>`, `notice:<key of the deal>`, `connection:<name>` or `object:<name>` */
export function failureIdOf({ kind, object, id }: FailureRef): string {
  return object === null ? `${kind}:${id}` : `${kind}:${object}:${id}`;
}

/** @returns null when the text is no id of a failure */
export function parseFailureId(text: string): FailureRef | null {
  const match = /^(?:(key|notice|connection|object):(\S+)|(row):(\w+):(\S+)|(event):(\d{1,15}))$/.exec(text);
  if (match === null) return null;
  if (match[1]) return { kind: match[1] as FailureKind, object: null, id: match[2]! };
  if (match[3]) return { kind: 'row', object: match[4]!, id: match[5]! };
  return { kind: 'event', object: null, id: match[7]! };
}

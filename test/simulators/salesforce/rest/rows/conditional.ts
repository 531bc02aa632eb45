import { createHash } from 'node:crypto';
import { RequestFault } from '../../org/errors.ts';
import type { SObject, SRecord } from '../../org/types.ts';
import type { Call, Reply } from '../wire/call.ts';

/** Entity tags are for Accounts alone (REST API Developer Guide, "Conditional Requests"). */
export function etagOf(object: SObject, record: SRecord): string | null {
  if (object.name !== 'Account') return null;
  return `"${createHash('sha256').update(JSON.stringify(record)).digest('base64').slice(0, 32)}"`;
}

/** To the second, as HTTP dates are. */
function seconds(text: string | undefined): number | null {
  const at = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(at) ? null : Math.floor(at / 1000);
}

const names = (header: string, etag: string): boolean =>
  header
    .split(',')
    .map((tag) =>
      tag
        .trim()
        .replace(/^W\//, '')
        .replace(/--gzip"$/, '"'),
    )
    .some((tag) => tag === '*' || tag === etag);

/**
 * The answer to a condition that does not hold: 304 when reading what has not changed, 412 otherwise; null when the call
 * goes on. A tag goes before a date, as in RFC 9110.
 */
export function conditionFails(call: Call, etag: string | null, modified: Date): Reply | null {
  const reading = call.method === 'GET' || call.method === 'HEAD';
  const at = Math.floor(modified.getTime() / 1000);
  const [match, noneMatch] = [call.header('if-match'), call.header('if-none-match')];
  const unmodifiedSince = seconds(call.header('if-unmodified-since'));
  const modifiedSince = seconds(call.header('if-modified-since'));
  const failed = (): never => {
    throw new RequestFault(412, 'PRECONDITION_FAILED', 'Precondition of the request does not hold');
  };
  const same = (): Reply => (reading ? { status: 304 } : failed());
  if (etag !== null && match !== undefined) {
    if (!names(match, etag)) failed();
  } else if (unmodifiedSince !== null && at > unmodifiedSince) failed();
  if (etag !== null && noneMatch !== undefined) return names(noneMatch, etag) ? same() : null;
  return modifiedSince !== null && at <= modifiedSince ? same() : null;
}

export const validators = (etag: string | null, modified: Date): Record<string, string> => ({
  ...(etag === null ? {} : { ETag: etag }),
  'Last-Modified': modified.toUTCString(),
});

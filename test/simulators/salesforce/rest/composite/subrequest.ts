import type { Call, Reply } from '../wire/call.ts';
import { errorReply, faultReply, notFound } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { VERSIONS } from '../wire/session.ts';

/** One call inside another; `url` as the client wrote it, with its references filled in. */
export type Subrequest = {
  method: string;
  url: string;
  body?: unknown;
  httpHeaders?: Readonly<Record<string, string>> | undefined;
};

/** `/services/data/v66.0/sobjects/…?fields=…`, or from `v66.0` on. */
export function splitUrl(url: string): { version: number; path: string; search: string } | null {
  const [, digits, path, search = ''] = /^(?:\/services\/data)?\/?v(\d+)\.0(\/[^?]*)?(?:\?(.*))?$/s.exec(url) ?? [];
  const version = Number(digits);
  if (!(version >= VERSIONS.first && version <= VERSIONS.last)) return null;
  return { version, path: path ?? '/', search };
}

/** Runs a subrequest by the same handlers as a call of its own, as the user of the outer call. */
export function runSubrequest(routes: Routes, outer: Call, sub: Subrequest, allowed: RegExp): Reply {
  const address = splitUrl(sub.url);
  if (!address || !allowed.test(address.path)) return faultReply(notFound())!;
  const headers = new Map(Object.entries(sub.httpHeaders ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  try {
    return routes.answer({
      ...outer,
      method: sub.method,
      path: address.path,
      query: new URLSearchParams(address.search.replace(/\+/g, '%20')),
      version: address.version,
      // Conditions of the outer call are not those of its parts.
      header: (name) => headers.get(name.toLowerCase()) ?? (/^sforce-/i.test(name) ? outer.header(name) : undefined),
      body: sub.body === undefined ? { text: '', type: 'application/json' } : { json: sub.body },
    });
  } catch (error) {
    const reply = faultReply(error);
    if (!reply) throw error;
    return reply;
  }
}

export const halted = (message: string): Reply => errorReply(400, 'PROCESSING_HALTED', message);

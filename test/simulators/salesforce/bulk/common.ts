import { ok, type Call, type Reply } from '../rest/wire/call.ts';
import { DELIMITERS, LINE_ENDINGS, type Dialect } from './csv.ts';
import { jobFault, jobInfo, type AnyJob } from './jobs.ts';

const PAGE = 1000;

/** Text of a request's body. @throws RequestFault INVALIDJOB for other types */
export function text(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw jobFault('INVALIDJOB', `InvalidJob : Invalid ${name}`);
  return value;
}

/** How the files of the job are written; comma and line feed unless it says otherwise. */
export function dialectOf(body: Record<string, unknown>): Dialect {
  const columnDelimiter = text(body, 'columnDelimiter') ?? 'COMMA';
  const lineEnding = text(body, 'lineEnding') ?? 'LF';
  if (!(columnDelimiter in DELIMITERS)) throw jobFault('INVALIDJOB', 'InvalidJob : Invalid columnDelimiter');
  if (!(lineEnding in LINE_ENDINGS)) throw jobFault('INVALIDJOB', 'InvalidJob : Invalid lineEnding');
  return { columnDelimiter, lineEnding } as Dialect;
}

/** A page of a list of jobs; `queryLocator` leads to the next. */
export function listReply(call: Call, jobs: readonly AnyJob[]): Reply {
  const from = Number(call.query.get('queryLocator') ?? 0);
  if (!Number.isInteger(from) || from < 0) throw jobFault('INVALID_QUERY_LOCATOR', 'invalid query locator');
  const to = from + PAGE;
  const done = to >= jobs.length;
  const nextRecordsUrl = done ? null : `/services/data/v${call.version}.0${call.path}?queryLocator=${to}`;
  return ok({ done, nextRecordsUrl, records: jobs.slice(from, to).map(jobInfo) });
}

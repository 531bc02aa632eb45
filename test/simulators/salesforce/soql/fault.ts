import { RequestFault } from '../org/errors.ts';

const CUSTOM_HINT =
  "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.";

/** A query that Salesforce refuses with 400, with the place in the query shown as it shows it. */
export function queryFault(errorCode: string, query: string, near: string, message: string): RequestFault {
  const at = near === '' ? -1 : query.search(new RegExp(`(?<![\\w.])${near.replace(/[^\w]/g, '\\$&')}(?!\\w)`, 'i'));
  if (at < 0) return new RequestFault(400, errorCode, message);
  const before = query.slice(0, at);
  const row = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  const from = Math.max(0, at - 20);
  const excerpt = query.slice(from, at + 40).replace(/\n/g, ' ');
  const marker = `${' '.repeat(at - from)}^`;
  return new RequestFault(400, errorCode, `\n${excerpt}\n${marker}\nERROR at Row:${row}:Column:${column}\n${message}`);
}

export const noSuchColumn = (query: string, near: string, column: string, entity: string): RequestFault =>
  queryFault('INVALID_FIELD', query, near, `No such column '${column}' on entity '${entity}'. ${CUSTOM_HINT}`);

export const malformed = (query: string, near: string, message: string): RequestFault =>
  queryFault('MALFORMED_QUERY', query, near, message);

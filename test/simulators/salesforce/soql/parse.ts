import { parseQuery, type Query } from '@jetstreamapp/soql-parser-js';
import { malformed } from './fault.ts';

const MEMO_SIZE = 500;
const memo = new Map<string, Query>();

/** What the message of the parser complains about: the token it found. */
function offending(message: string): string {
  return /(?:but found(?: -->|:) '?|unexpected character: ->)([^'\s]*?)(?:<-|['\s]|$)/.exec(message)?.[1] ?? '';
}

/**
 * Parses a query; the same text is parsed once, for parsing costs more than running.
 * @throws RequestFault MALFORMED_QUERY
 */
export function parse(text: string): Query {
  let query = memo.get(text);
  if (query) return query;
  try {
    query = parseQuery(text);
  } catch (error) {
    const token = offending(error instanceof Error ? error.message : '');
    throw malformed(text, token, token === '' ? 'unexpected end of query' : `unexpected token: '${token}'`);
  }
  if (memo.size >= MEMO_SIZE) memo.delete(memo.keys().next().value!);
  memo.set(text, query);
  return query;
}

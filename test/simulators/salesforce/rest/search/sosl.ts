import { RequestFault } from '../../org/errors.ts';

export const SCOPES = ['ALL', 'NAME', 'EMAIL', 'PHONE'] as const;
export type Scope = (typeof SCOPES)[number];

/** One object of RETURNING; `clauses` is SOQL from WHERE to ORDER BY. */
export type Returning = {
  object: string;
  fields: string[];
  clauses: string;
  limit: number | null;
  offset: number;
};
export type Search = { find: string; scope: Scope; returning: Returning[]; limit: number | null };

export const malformedSearch = (message: string): RequestFault => new RequestFault(400, 'MALFORMED_SEARCH', message);

/** Splits at commas that stand in no parentheses and no quotes. */
function parts(text: string): string[] {
  const found = [''];
  let depth = 0;
  let quoted = false;
  for (const [at, char] of [...text].entries()) {
    if (char === "'" && text[at - 1] !== '\\') quoted = !quoted;
    if (!quoted && char === '(') depth++;
    if (!quoted && char === ')') depth--;
    if (char === ',' && depth === 0 && !quoted) found.push('');
    else found[found.length - 1] += char;
  }
  return found.map((part) => part.trim());
}

/** Takes `WORD n` off the end of `text`. */
function numberAtEnd(text: string, word: string): [rest: string, value: number | null] {
  const [, rest, digits] = new RegExp(`^(.*?)\\s*\\b${word}\\s+(\\d+)\\s*$`, 'is').exec(text) ?? [];
  return digits === undefined ? [text, null] : [rest!, Number(digits)];
}

function returningOf(text: string): Returning {
  const [, object, , inner = ''] = /^(\w+)\s*(\((.*)\))?$/s.exec(text) ?? [];
  if (object === undefined) throw malformedSearch(`unexpected token: ${text}`);
  const [withoutOffset, offset] = numberAtEnd(inner, 'OFFSET');
  const [body, limit] = numberAtEnd(withoutOffset, 'LIMIT');
  if (/\bUSING\s+ListView\b/i.test(body)) throw malformedSearch('USING ListView is not supported by the simulated org');
  const at = body.search(/\b(?:WHERE|ORDER\s+BY)\b/i);
  const names = parts(at < 0 ? body : body.slice(0, at)).filter((name) => name !== '');
  return { object, fields: names, clauses: at < 0 ? '' : body.slice(at), limit, offset: offset ?? 0 };
}

/**
 * Parses `FIND {text} [IN scope FIELDS] [RETURNING Object(fields WHERE … ORDER BY … LIMIT n OFFSET n), …] [LIMIT n]`.
 * @throws RequestFault MALFORMED_SEARCH for anything else
 */
export function parseSosl(text: string): Search {
  const [, quoted, rest = ''] = /^\s*FIND\s*\{((?:[^{}\\]|\\.)*)\}(.*)$/is.exec(text) ?? [];
  if (quoted === undefined) throw malformedSearch('FIND {search term} is missing');
  const find = quoted
    .replace(/\\(.)/g, '$1')
    .replace(/^"(.*)"$/s, '$1')
    .trim();
  if (find.replace(/[*?]/g, '').length < 2)
    throw malformedSearch('search term must be longer than one character: ' + find);
  const [withoutLimit, limit] = numberAtEnd(rest, 'LIMIT');
  const [, scope, after = ''] = /^\s*(?:IN\s+(\w+)\s+FIELDS)?(.*)$/is.exec(withoutLimit) ?? [];
  const wanted = (scope ?? 'ALL').toUpperCase();
  const known = SCOPES.find((one) => one === wanted);
  if (!known) throw malformedSearch(`unexpected token: ${scope}`);
  const [, returning, other] = /^\s*(?:RETURNING\s+(.+?))?\s*$/is.exec(after) ?? [, undefined, after];
  if (other !== undefined || (returning === undefined && after.trim() !== ''))
    throw malformedSearch(`unexpected token: ${after.trim()}`);
  return { find, scope: known, returning: returning === undefined ? [] : parts(returning).map(returningOf), limit };
}

import { RequestFault } from '../../org/errors.ts';
import type { Call } from './call.ts';

function parsed({ body }: Call): unknown {
  if ('json' in body) return body.json;
  const type = body.type.split(';')[0]!.trim().toLowerCase();
  if (type !== 'application/json')
    throw new RequestFault(415, 'UNSUPPORTED_MEDIA_TYPE', `Content type not supported: ${body.type || 'none'}`);
  try {
    return JSON.parse(body.text);
  } catch (error) {
    throw new RequestFault(400, 'JSON_PARSER_ERROR', error instanceof Error ? error.message : 'no JSON');
  }
}

/** @throws RequestFault 415 for other types, 400 for what is no JSON object */
export function jsonObject(call: Call): Record<string, unknown> {
  const body = parsed(call);
  if (!isObject(body)) throw new RequestFault(400, 'JSON_PARSER_ERROR', 'The HTTP entity body must be a JSON object');
  return body;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws RequestFault JSON_PARSER_ERROR as the parser of an org does for a name that it does not know */
export function onlyNames(body: Record<string, unknown>, known: readonly string[]): void {
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined) throw new RequestFault(400, 'JSON_PARSER_ERROR', `Unrecognized field "${other}"`);
}

/** A boolean of the body. @throws RequestFault JSON_PARSER_ERROR for other types */
export function flag(body: Record<string, unknown>, name: string, absent: boolean): boolean {
  const value = body[name] ?? absent;
  if (typeof value !== 'boolean') throw new RequestFault(400, 'JSON_PARSER_ERROR', `${name} must be a boolean`);
  return value;
}

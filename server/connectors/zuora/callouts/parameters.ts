import { Fault } from '../../../domain/fault.ts';
import type { WebhookRequest } from '../../../workflows/ports/webhook.ts';
import { parametersOfXml } from './xml.ts';

/** What a callout says, by the names that its template gives: all values are text, empty for what there is not. */
export type Parameters = Readonly<Record<string, string>>;

/** Templates are nearly flat; nested objects are named by their path, such as `Account.Id`. */
const DEEPEST = 10;

function refuse(code: string, publicText: string, cause?: unknown): Fault {
  return new Fault({ code, kind: 'invalid', publicText, cause });
}

function bodyText(rawBody: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
  } catch (cause) {
    throw refuse('body_not_utf8', 'The body is not valid UTF-8.', cause);
  }
}

function flatten(value: unknown, path: readonly string[], found: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    found.set(path.join('.'), value == null ? '' : String(value));
    return;
  }
  if (path.length === DEEPEST) throw refuse('body_malformed', `The body is nested deeper than ${DEEPEST} levels.`);
  for (const [name, item] of Object.entries(value)) flatten(item, [...path, name], found);
}

function parametersOfJson(text: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse('body_not_json', 'The body is no JSON.', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('body_malformed', 'The body is JSON, but no object.');
  const found = new Map<string, string>();
  flatten(value, [], found);
  return found;
}

/** Whether a callout of this method carries its parameters in the address. */
export function isInAddress({ method }: WebhookRequest): boolean {
  return method === 'GET' || method === 'DELETE';
}

/**
 * Reads a callout in any of the forms that Zuora sends: parameters as a form, as XML or in the address, or a body of the
 * tenant's own as JSON or XML (Zuora docs, "Callout templates"). A type that is missing or says nothing is guessed.
 *
 * @throws Fault of kind invalid with the reason
 */
export function parametersOf(request: WebhookRequest): Parameters {
  if (isInAddress(request)) {
    const found = new Map<string, string>();
    flatten(request.query, [], found);
    return Object.fromEntries(found);
  }
  const text = bodyText(request.rawBody);
  const { 'content-type': given } = request.headers;
  const type = (Array.isArray(given) ? given[0] : given)?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text));
  if (text.trim() === '') throw refuse('body_empty', 'The body is empty.');
  const isXml = /[/+]xml$/.test(type) || (!/[/+]json$/.test(type) && text.trimStart().startsWith('<'));
  return Object.fromEntries(isXml ? parametersOfXml(text) : parametersOfJson(text));
}

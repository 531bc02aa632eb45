import express, { type Request, type RequestHandler } from 'express';
import { RequestFault } from '../org/errors.ts';

/** Takes bodies as text, whatever they say they are, so that wrong ones get Salesforce's own answers. */
export const readBody: RequestHandler = express.text({ type: () => true, limit: '50mb' });

/** @throws RequestFault 415 for other types, 400 for what is no JSON object */
export function jsonObject(req: Request): Record<string, unknown> {
  if (!req.is('application/json'))
    throw new RequestFault(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Content type not supported: ${req.get('content-type') ?? 'none'}`,
    );
  let body: unknown;
  try {
    body = JSON.parse(typeof req.body === 'string' ? req.body : '');
  } catch (error) {
    throw new RequestFault(400, 'JSON_PARSER_ERROR', error instanceof Error ? error.message : 'no JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RequestFault(400, 'JSON_PARSER_ERROR', 'The HTTP entity body must be a JSON object');
  return body as Record<string, unknown>;
}

import type { Request } from 'express';
import * as z from 'zod';
import { parse } from './parse.ts';
import { UnrecognisedFields } from './unrecognised.ts';

/**
 * Parses a body of the CRUD family: fields that the object has not got are ignored, unless the call says
 * `rejectUnknownFields=true`. @throws UnrecognisedFields, ZuoraError
 */
export function parseCrud<S extends z.ZodObject>(schema: S, req: Request, of?: number): z.output<S> {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const unknown = Object.keys(body).filter((name) => !(name in schema.shape));
  if (unknown.length > 0 && req.query['rejectUnknownFields'] === 'true') throw new UnrecognisedFields();
  const known = Object.fromEntries(Object.entries(body).filter(([name]) => name in schema.shape));
  return parse(schema, known, of);
}

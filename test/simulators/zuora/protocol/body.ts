import type { RequestHandler } from 'express';
import { category, ZuoraError } from './errors.ts';

/**
 * Refuses a call without a JSON body with 415, which real tenants do on actions by PUT such as posting a bill run:
 * `{}` has to be sent (seen live).
 */
export const needBody: RequestHandler = (req, _res, next) => {
  if (req.is('json')) return next();
  throw new ZuoraError(category.method, 'Content type is not supported.', undefined, 415);
};

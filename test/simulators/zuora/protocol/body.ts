import type { RequestHandler } from 'express';
import { category, ZuoraError } from './errors.ts';

const unsupported = (): never => {
  throw new ZuoraError(category.method, 'Content type is not supported.', undefined, 415);
};

/**
 * Refuses a call without a JSON body with 415, which real tenants do on actions by PUT such as posting a bill run:
 * `{}` has to be sent (seen live).
 */
export const needBody: RequestHandler = (req, _res, next) => {
  if (req.is('json')) return next();
  unsupported();
};

/** Bodies are JSON or files; texts may hold characters of at most three bytes in UTF-8, which leaves emoji out. */
export const checkBody: RequestHandler = (req, _res, next) => {
  const json = req.is('json');
  if (json === false && !req.is('multipart/form-data')) unsupported();
  if (json && /[\u{10000}-\u{10ffff}]/u.test(JSON.stringify(req.body ?? null)))
    throw new ZuoraError(category.badValue, 'Characters of four bytes in UTF-8 are not supported.');
  next();
};

import type { Request } from 'express';
import { category, ZuoraError } from './errors.ts';

const positive = (text: unknown, name: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new ZuoraError(category.badValue, `'${name}' must be a positive number.`);
  return value;
};

/**
 * One page of a v1 list: `page` needs `pageSize`, sizes above 40 are clamped without a word, `nextPage` is an absolute
 * address and absent at the end (Zuora docs, "Pagination").
 */
export function page<T>(req: Request, origin: string, rows: readonly T[], size = 20): { rows: T[]; nextPage?: string } {
  const { page: pageText, pageSize: sizeText } = req.query;
  if (pageText !== undefined && sizeText === undefined)
    throw new ZuoraError(category.missingParameter, "'pageSize' must be set before 'page'.");
  const pageSize = sizeText === undefined ? size : Math.min(40, positive(sizeText, 'pageSize'));
  const number = pageText === undefined ? 1 : positive(pageText, 'page');
  const found = rows.slice((number - 1) * pageSize, number * pageSize);
  if (rows.length <= number * pageSize) return { rows: found };
  const url = new URL(req.originalUrl, origin);
  url.searchParams.set('pageSize', String(pageSize));
  url.searchParams.set('page', String(number + 1));
  return { rows: found, nextPage: url.toString() };
}

/** Refuses query parameters that the operation does not have. */
export function onlyQuery(req: Request, allowed: readonly string[]): void {
  for (const name of Object.keys(req.query))
    if (!allowed.includes(name)) throw new ZuoraError(category.badValue, `Unknown query parameter '${name}'.`);
}

export const pageParameters = ['page', 'pageSize'] as const;

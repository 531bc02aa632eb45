import { category, ZuoraError } from '../protocol/errors.ts';

/** Refuses a query that Object Query cannot run. */
export function refuse(message: string): never {
  throw new ZuoraError(category.badQuery, message);
}

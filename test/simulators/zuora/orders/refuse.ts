import { resource, ZuoraError } from '../protocol/errors.ts';

/** Refuses an order. @param kind one of `category` */
export function refuse(kind: number, message: string): never {
  throw new ZuoraError(kind, message, resource.order);
}

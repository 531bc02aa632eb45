import { randomUUID } from 'node:crypto';

/** @returns an id that nobody else has, for processes, leases and requests */
export function newId(): string {
  return randomUUID();
}

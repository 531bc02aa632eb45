import type { Call } from '../wire/call.ts';
import { notFound } from '../wire/faults.ts';

/** @throws RequestFault 404 in versions before the resource */
export function since(call: Call, version: number): void {
  if (call.version < version) throw notFound();
}

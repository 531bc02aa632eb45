import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Tenant } from '../tenant.ts';
import { ZuoraError } from './errors.ts';

/** A refusal that a test asks for; it leaves in the shape of the path's family and of the caller's version. */
export const refusalSchema = z.strictObject({
  method: z.string().optional(),
  /** Regular expression on the path. */
  path: z.string(),
  times: z.number().int().positive().optional(),
  /** Such as 40000050; its last two digits say what kind of refusal it is. */
  code: z.number().int(),
  message: z.string().optional(),
  retryAfterSeconds: z.number().int().positive().optional(),
});

export type Refusal = z.output<typeof refusalSchema>;

const messages: Record<number, string> = {
  10: 'You do not have permission to perform this operation.',
  50: 'Operation failed due to a lock competition, please retry later.',
  60: 'Internal server error.',
  61: 'Temporary error, please retry later.',
  70: 'The maximum number of concurrent requests is exceeded.',
  99: 'The external system answered with an error.',
};

/** True for what is refused before the service sees the call, and so before its idempotency key is noted. */
export const isEarly = ({ code }: Refusal): boolean => [10, 11, 70].includes(code % 100);

/** Throws what the switch has for a call, and counts it. `JOB` is the method of the work behind an asynchronous call. */
export function throwRefusal(
  tenant: Tenant,
  { method, path }: { method: string; path: string },
  when: (refusal: Refusal) => boolean,
  before: (refusal: Refusal) => void = () => undefined,
): void {
  const { options } = tenant;
  const found = options.refusals.find(
    (one) =>
      when(one) &&
      (one.method?.toUpperCase() ?? (method === 'JOB' ? undefined : method)) === method &&
      new RegExp(one.path).test(path),
  );
  if (!found) return;
  if (found.times !== undefined && --found.times <= 0)
    options.refusals = options.refusals.filter((one) => one !== found);
  before(found);
  throw ZuoraError.of(found.code, found.message ?? messages[found.code % 100] ?? 'The request was refused.');
}

/** Refuses calls as the switch says, before they have an effect. */
export function refusals(tenant: Tenant, when: (refusal: Refusal) => boolean): RequestHandler {
  return (req, res, next) => {
    throwRefusal(tenant, req, when, ({ retryAfterSeconds: seconds }) => {
      if (seconds !== undefined) res.set('Retry-After', String(seconds));
    });
    next();
  };
}

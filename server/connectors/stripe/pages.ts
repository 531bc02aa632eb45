import Stripe from 'stripe';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { answeredAt, type Answer } from './client.ts';
import { toStripeFault } from './errors.ts';

export type Page<T> = Answer & { data: T[]; has_more: boolean };
export type ReadPage<T> = (startingAfter: { starting_after?: string }) => Promise<Page<T>>;

/** Without these an answer is no page: taken for the last one it would end the list too soon. */
const pageSchema = z.object({ data: z.array(z.object({ id: z.string() })), has_more: z.boolean() });

function endless(): Fault {
  return new Fault({
    code: 'stripe_list_endless',
    kind: 'unavailable',
    publicText: 'A list of Stripe goes on without end; it is read again later.',
  });
}

/** Whether a list was refused because the object that its last page ended with is gone. */
export function isLostPlace(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'starting_after';
}

/**
 * Reads a list page by page, newest first; what is made meanwhile is not in it.
 * @param after id of the object that it goes on after; from the start when absent
 * @throws ZodError when an answer is no page, Fault when a page repeats or brings nothing though there are more: neither is the end of the list
 */
export async function* pagesOf<T extends { id: string }>(read: ReadPage<T>, after?: string): AsyncGenerator<Page<T>> {
  const ends = new Set<string>();
  for (let last = after; ;) {
    const page = await read(last === undefined ? {} : { starting_after: last });
    pageSchema.parse(page);
    const end = page.data.at(-1)?.id;
    if (page.has_more && (end === undefined || ends.has(end) || end === last)) throw endless();
    yield page;
    if (!page.has_more || end === undefined) return;
    ends.add(end);
    last = end;
  }
}

/**
 * Reads every page of a list.
 *
 * @returns objects as they came, and the provider time of the first page: what changes later may be missing
 */
export async function readAll(doing: string, read: ReadPage<{ id: string }>): Promise<{ data: unknown[]; asOf: Date }> {
  const data: unknown[] = [];
  let asOf: Date | null = null;
  try {
    for await (const page of pagesOf(read)) {
      asOf ??= answeredAt(page);
      data.push(...page.data);
    }
    return { data, asOf: asOf! };
  } catch (error) {
    if (isLostPlace(error))
      throw new Fault({
        code: 'stripe_list_moved',
        kind: 'conflict',
        publicText: 'A list of Stripe changed while it was read; it is read again.',
        retryable: true,
        cause: error,
      });
    throw toStripeFault(error, doing);
  }
}

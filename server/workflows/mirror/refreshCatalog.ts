import { catalogKeyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { KeyHandler } from '../ports/keyWork.ts';
import type { MirrorReader } from '../ports/mirror.ts';

export type CatalogDeps = {
  mirror: Pick<MirrorReader, 'using'>;
  /** True where what can be sold goes to a price book. */
  sells?: boolean;
};

/** Processes keep what they read of the catalog for a minute; after this time none holds the state before the edit. */
const CACHES_ARE_OVER_MS = 90_000;

/** Works the key of a product or a coupon that was edited: what uses it is read anew. */
export function refreshCatalog({ mirror, sells = false }: CatalogDeps): KeyHandler {
  return async ({ key, events, claimedAt }) => {
    const last = Math.max(0, ...events.map(({ receivedAt }) => receivedAt.getTime()));
    const ready = new Date(last + CACHES_ARE_OVER_MS);
    if (ready > claimedAt) return { done: [], againAt: ready };
    const { connection, kind, id } = partsOf(key);
    const done = events.map((event) => event.id);
    const keys = await mirror.using(connection, kind === 'coupon' ? 'coupon' : 'product', id);
    return {
      done,
      ...(keys.length === 0 ? {} : { refetch: { keys, parts: ['account', 'subscriptions'] } }),
      ...(sells && kind === 'product' ? { dirty: [catalogKeyOf(connection)] } : {}),
    };
  };
}

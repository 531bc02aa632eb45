import type { ChargeOnSale } from './order.ts';

type Priced = Pick<ChargeOnSale, 'kind' | 'model'>;

/** One price says what it costs, whatever is used of it. */
export const isPriced = ({ kind, model }: Priced): boolean =>
  kind !== 'usage' && (model === 'flat' || model === 'perUnit');
export const takesQuantity = ({ kind, model }: Priced): boolean =>
  kind !== 'usage' && ['perUnit', 'graduated', 'volume'].includes(model);
/** What a line sells, in distinction to what is metered, and to what takes off. */
export const isCommitted = ({ kind, model }: Priced): boolean => kind !== 'usage' && model !== 'discount';
/** Bands have prices of their own. */
export const isTiered = ({ model }: Priced): boolean => ['graduated', 'volume', 'tieredOverage'].includes(model);

import { decimalInWords } from '../money/money.ts';
import { modelInWords, tiersInWords } from '../subscription/chargeWords.ts';
import { periodInWords } from '../subscription/interval.ts';
import type { CatalogCharge, CatalogPrice, Sellable } from './sellable.ts';

function unitOf({ model, transform, kind }: CatalogCharge): string {
  if (transform !== null) return ` for ${transform.divideBy} units, rounded ${transform.round}`;
  return model === 'flat' && kind !== 'usage' ? '' : ' a unit';
}

function priceInWords(charge: CatalogCharge, { currency, price, tiers }: CatalogPrice): string {
  if (tiers.length > 0) return `${currency} by bands (${tiersInWords({ tiers }, currency).join('; ')})`;
  if (price === null || charge.unknownWord !== undefined) return `${currency} as billing has it`;
  return `${decimalInWords(price, currency)}${unitOf(charge)}`;
}

/** @returns what a charge costs, in every currency, such as `USD 10.00 a unit or EUR 9.00 a unit, a month` */
function costInWords(charge: CatalogCharge): string {
  const prices = charge.prices.map((price) => priceInWords(charge, price)).join(' or ');
  const { kind, priceInterval } = charge;
  const when =
    kind === 'recurring' ? `, ${periodInWords(priceInterval)}` : kind === 'oneTime' ? ', once' : ', by usage';
  return `${prices === '' ? 'no price' : prices}${when}`;
}

/** @returns how it is billed, one line for each charge, such as `Seats (Per Unit): USD 10.00 a unit, a month` */
export function billedInWords({ charges }: Sellable): string {
  return charges.map((charge) => `${charge.name} (${modelInWords(charge)}): ${costInWords(charge)}`).join('\n');
}

/** @returns how charges are priced, each word once, such as `Per Unit, Overage` */
export function modelsInWords({ charges }: Sellable): string {
  return [...new Set(charges.map(modelInWords))].join(', ');
}

/** @returns what people are to call it; where nobody named it apart, what it costs does */
export function nameInWords({ product, variant, charges }: Sellable): string {
  if (variant === product) return product;
  const apart = variant ?? charges.map(costInWords).join('; ');
  return apart === '' ? product : `${product}: ${apart}`;
}

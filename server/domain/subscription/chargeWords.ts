import { decimalInWords } from '../money/money.ts';
import type { Charge, ChargeModel } from './charge.ts';
import type { Discount } from './discount.ts';
import { dayInWords } from '../time/calendarDate.ts';

const MODELS: Readonly<Record<ChargeModel, string>> = {
  flat: 'Flat Fee',
  perUnit: 'Per Unit',
  graduated: 'Tiered',
  volume: 'Volume',
  overage: 'Overage',
  tieredOverage: 'Tiered with Overage',
  discount: 'Discount',
  other: 'Other',
};

const KINDS: Readonly<Record<Charge['kind'], string>> = { recurring: 'Recurring', oneTime: 'One-time', usage: 'Usage' };

export const kindInWords = ({ kind }: Charge): string => KINDS[kind];

/** @returns how the price is made from the quantity, such as `Per Unit (packs of 10, rounded up)`; a word that is not known here as it came */
export function modelInWords({
  model,
  transform,
  unknownWord,
}: Pick<Charge, 'model' | 'transform' | 'unknownWord'>): string {
  if (unknownWord !== undefined) return unknownWord;
  const packs = transform === null ? '' : ` (packs of ${transform.divideBy}, rounded ${transform.round})`;
  return `${MODELS[model]}${packs}`;
}

/** @returns prices by band, one line each; empty where there are no bands */
export function tiersInWords({ tiers }: Pick<Charge, 'tiers'>, currency: string): string[] {
  return tiers.map(({ upTo, unitPrice, flatAmount }, index) => {
    const before = tiers[index - 1]?.upTo ?? null;
    const band =
      upTo === null
        ? before === null
          ? 'All units'
          : `Over ${before}`
        : `${before === null ? 'Up to' : `Over ${before} up to`} ${upTo}`;
    const flat = flatAmount === '0' ? '' : `, and ${decimalInWords(flatAmount, currency)} once`;
    return `${band}: ${decimalInWords(unitPrice, currency)} a unit${flat}`;
  });
}

/** @returns a discount in words, such as `10 % off (Launch) until 1 Mar 2027` */
export function discountInWords({ name, percentOff, amountOff, duration, endsOn, unknownWord }: Discount): string {
  const off =
    percentOff !== null
      ? `${percentOff} % off`
      : amountOff !== null
        ? `${decimalInWords(amountOff.amount, amountOff.currency)} off`
        : 'Nothing off';
  if (unknownWord !== undefined) return `${off} (${name}), ${unknownWord}`;
  const until = duration === 'once' ? ', once' : endsOn === null ? '' : ` until ${dayInWords(endsOn)}`;
  return `${off} (${name})${until}`;
}

/** @returns what a discount charge takes off, such as `10 % off the subscription` */
export function reductionInWords({ reduction, unknownWord }: Charge, currency: string): string | null {
  if (reduction === null) return null;
  const { percentOff, amountOff, level } = reduction;
  if (unknownWord !== undefined) return `Reduces other charges in a way that is not known here: ${unknownWord}`;
  const off = percentOff !== null ? `${percentOff} % off` : `${decimalInWords(amountOff ?? '0', currency)} off`;
  const of = { ratePlan: 'its rate plan', subscription: 'the subscription', account: 'the billing account' }[level];
  return `${off} ${of}${reduction.recurring ? '' : ', one-time charges alone'}`;
}

import * as z from 'zod';
import { exact } from '../decimal.ts';
import { category, ZuoraError } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import type { UnitOfMeasure } from './model.ts';

/** Digits of a unit that charges name and nobody has defined, which a tenant would refuse. */
const MOST_DIGITS = 8;

const unitSchema = z.strictObject({
  UomName: z.string().min(1),
  DecimalPlaces: z.number().int().min(0).max(9),
  RoundingMode: z.enum(['Up', 'Down']).optional(),
  DisplayedAs: z.string().optional(),
  Active: z.boolean().optional(),
});

export function createUnit(tenant: Tenant, given: Record<string, unknown>): UnitOfMeasure {
  const { UomName: name, DecimalPlaces: decimalPlaces, RoundingMode: roundingMode = 'Up' } = parse(unitSchema, given);
  if (tenant.data.units.some((one) => one.name === name))
    throw new ZuoraError(category.badValue, `The unit of measure ${name} exists already.`);
  const at = tenant.now();
  const unit = { id: tenant.newId(), name, decimalPlaces, roundingMode, createdDate: at, updatedDate: at };
  tenant.data.units.push(unit);
  tenant.touch();
  return unit;
}

/** Units that were defined, and those that charges name. */
export const unitsOf = (tenant: Tenant): UnitOfMeasure[] =>
  tenant.derived('units', () => {
    const { units, productCharges } = tenant.data;
    const defined = new Set(units.map(({ name }) => name));
    const named = new Map(productCharges.flatMap((one) => (one.uom === null ? [] : [[one.uom, one] as const])));
    const others = [...named].filter(([name]) => !defined.has(name));
    return [
      ...units,
      ...others.map(([name, { id, createdDate, updatedDate }]): UnitOfMeasure => ({
        ...{ id, name, createdDate, updatedDate },
        decimalPlaces: MOST_DIGITS,
        roundingMode: 'Up',
      })),
    ];
  });

/** A quantity as it is stored: rounded by its unit, without a word (Zuora docs, "Examples of rounding"). */
export function storedQuantity(tenant: Tenant, uom: string | null, quantity: number): number {
  const unit = unitsOf(tenant).find(({ name }) => name === uom);
  if (unit === undefined) return quantity;
  const scaled = exact(quantity).mul(10 ** unit.decimalPlaces);
  const whole = unit.roundingMode === 'Up' ? scaled.ceil() : scaled.floor();
  return Number(whole.div(10 ** unit.decimalPlaces).toString(12));
}

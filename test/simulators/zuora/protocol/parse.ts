import * as z from 'zod';
import type { CallLog } from '../../kit/sim.ts';
import { isDate } from '../dates.ts';
import type { CustomFields } from '../model.ts';
import { category, notSimulated, resource, ZuoraError } from './errors.ts';

export const dateField = z.string().refine(isDate, 'Dates must be in the format YYYY-MM-DD');

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** Code of a currency that exists (ISO 4217); tenants may use all of them. */
export const currencyField = z.string().refine((code) => currencies.has(code), 'The currency is not known');

/** Parses a request body strictly: unknown field 21, missing field 22, bad value 20. */
export function parse<S extends z.ZodType>(schema: S, body: unknown, of: number = resource.none): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    throw new ZuoraError(category.unknownField, `Unknown field '${[...issue.path, issue.keys[0]].join('.')}'.`, of);
  if (issue.code === 'invalid_type' && at(body, issue.path) === undefined)
    throw new ZuoraError(category.missingField, `Missing required value: ${path || 'request body'}.`, of);
  throw new ZuoraError(category.badValue, `'${path || 'request body'}' value is not valid: ${issue.message}.`, of);
}

const at = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], body);

const isCustom = (key: string): boolean => key.endsWith('__c');

/** Splits custom fields, which stand beside the standard ones, from a body. */
export function splitCustomFields(
  body: unknown,
  defined: readonly string[],
  of: number = resource.none,
): { standard: Record<string, unknown>; custom: CustomFields } {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return {
    standard: Object.fromEntries(entries.filter(([key]) => !isCustom(key))),
    custom: customFields(Object.fromEntries(entries.filter(([key]) => isCustom(key))), defined, of),
  };
}

/** Checks custom fields against those that the tenant has defined. */
export function customFields(
  fields: Record<string, unknown>,
  defined: readonly string[],
  of: number = resource.none,
): CustomFields {
  for (const [key, value] of Object.entries(fields)) {
    if (!defined.includes(key)) throw new ZuoraError(category.unknownField, `Unknown field '${key}'.`, of);
    if (value !== null && typeof value === 'object')
      throw new ZuoraError(category.badValue, `'${key}' value is not valid.`, of);
  }
  return fields as CustomFields;
}

/** Refuses fields that the real service takes and this simulator does not. */
export function refuseFields(calls: CallLog, body: unknown, names: readonly string[]): void {
  const found = names.find((name) => (body as Record<string, unknown> | undefined)?.[name] !== undefined);
  if (found !== undefined) notSimulated(calls, `the field '${found}'`);
}

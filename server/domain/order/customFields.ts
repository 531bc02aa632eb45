import type { CustomFields } from './order.ts';

/** Custom fields of the billing system, by name, with the field of Salesforce whose value each gets. */
export type FieldMap = Readonly<Record<string, string>>;

/** At which level of an order they are: of the Opportunity the first two, of its products the others. */
export type CustomFieldRules = { order: FieldMap; subscription: FieldMap; ratePlan: FieldMap; charge: FieldMap };

type Values = Readonly<Record<string, string | number | boolean | null>>;

/** @returns what is to be sent; a field that is empty in Salesforce leaves that of the billing system as it is */
export function fieldsFrom(map: FieldMap, values: Values | undefined): CustomFields {
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, of]) => {
      const value = values?.[of] ?? null;
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** @returns `{ customFields }`, or nothing where there are none */
export function carrying(customFields: CustomFields): { customFields?: CustomFields } {
  return Object.keys(customFields).length === 0 ? {} : { customFields };
}

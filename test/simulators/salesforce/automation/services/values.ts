import { CalloutFault } from '../credentials/fault.ts';
import type { ValueType } from '../flow/model.ts';
import type { FlowValue } from '../flow/values.ts';
import type { ApexType } from './openApi.ts';

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  Date: (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  DateTime: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  Number: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
};

/**
 * JSON of an answer as a value of its generated type; what the type does not know is left out.
 * @throws CalloutFault when a part has another type than the document declares
 */
export function fromJson(type: ValueType, value: unknown, types: ReadonlyMap<string, ApexType>): FlowValue {
  if (value === null || value === undefined) return null;
  if (type.collection) {
    if (!Array.isArray(value)) throw new CalloutFault('The answer holds something else where a list is declared.');
    return value.map((one) => fromJson({ ...type, collection: false }, one, types)) as FlowValue;
  }
  if (type.data !== 'Apex') {
    if (!SCALARS[type.data]!(value))
      throw new CalloutFault(`The answer holds ${JSON.stringify(value)} where ${type.data} is declared.`);
    return value as FlowValue;
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new CalloutFault(`The answer holds something else where ${type.class} is declared.`);
  const fields = types.get(type.class!)!.fields;
  return Object.fromEntries(
    [...fields].map(([name, fieldType]) => [
      name,
      fromJson(fieldType, (value as Record<string, unknown>)[name], types),
    ]),
  );
}

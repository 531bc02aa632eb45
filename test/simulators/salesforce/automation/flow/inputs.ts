import { FlowFault } from './fault.ts';
import type { DataType } from './model.ts';
import type { FlowValue } from './values.ts';

/** A value that came from outside, as the type that the flow declares. @throws FlowFault */
export function typed(data: DataType, value: unknown, name: string): FlowValue {
  if (value === null || value === undefined || value === '') return null;
  const wrong = new FlowFault(`${name} must be a ${data}.`);
  switch (data) {
    case 'Number':
      if (typeof value !== 'number' && (typeof value !== 'string' || Number.isNaN(Number(value)))) throw wrong;
      return Number(value);
    case 'Boolean':
      if (typeof value !== 'boolean') throw wrong;
      return value;
    case 'String':
      if (typeof value !== 'string') throw wrong;
      return value;
    case 'Date':
    case 'DateTime':
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw wrong;
      return data === 'Date' ? value.slice(0, 10) : new Date(value).toISOString();
    default:
      throw new FlowFault(`${name}: inputs of type ${data} are not supported by the simulated org.`);
  }
}

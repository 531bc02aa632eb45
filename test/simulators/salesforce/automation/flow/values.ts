import type { FieldValue } from '../../org/types.ts';

/** A record or a generated object: values by API name. */
export type FlowObject = { [name: string]: FlowValue };
export type FlowValue = FieldValue | FlowObject | FlowValue[];

export const isFlowObject = (value: FlowValue): value is FlowObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of the merge fields `{!path}` in a text. */
export const mergeFields = (text: string): string[] => [...text.matchAll(/\{!([^{}]+)\}/g)].map((match) => match[1]!);

export const merged = (text: string, value: (path: string) => FlowValue): string =>
  text.replaceAll(/\{!([^{}]+)\}/g, (_whole, path: string) => asText(value(path)));

export function asText(value: FlowValue): string {
  if (value === null) return '';
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  return isFlowObject(value) ? JSON.stringify(value) : String(value);
}

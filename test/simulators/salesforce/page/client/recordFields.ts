import { config, type PageField } from './pageConfig.ts';
import { getFieldValue, type UiRecord } from './shims/uiRecordApi.ts';

export type ShownField = {
  name: string;
  label: string;
  value: unknown;
  text: string;
  /** Where a click leads, or null. */
  url: string | null;
  isBlank: boolean;
  isNumber: boolean;
  isDate: boolean;
  isInstant: boolean;
};

const NUMBERS = new Set(['double', 'int', 'percent', 'currency']);
const byName = new Map(config.fields.map((field) => [field.name, field]));

/** Fields of the record of the page, those that the user may read. */
export const fieldsNamed = (names: readonly string[]): PageField[] => names.flatMap((name) => byName.get(name) ?? []);

/** What to ask the UI API for, so that these fields can be shown. */
export function wantedFields(object: string, fields: readonly PageField[]): string[] {
  return fields.flatMap(({ name, namePath }) => [
    `${object}.${name}`,
    ...(namePath === null ? [] : [`${object}.${namePath}`]),
  ]);
}

function linkOf(type: string, value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  if (type === 'reference') return `/lightning/r/${value}/view`;
  if (type === 'email') return `mailto:${value}`;
  if (type === 'phone') return `tel:${value}`;
  if (type !== 'url') return null;
  const url = URL.parse(value.includes('://') ? value : `https://${value}`);
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

/** The fields as a person reads them, in the given order; none while the record is not there. */
export function shownFields(record: UiRecord | undefined, fields: readonly PageField[]): ShownField[] {
  if (!record) return [];
  const object = record.apiName;
  return fields.map(({ name, label, type, namePath }) => {
    const value = getFieldValue(record, `${object}.${name}`);
    const target = namePath === null ? undefined : getFieldValue(record, `${object}.${namePath}`);
    return {
      name,
      label,
      value,
      text: typeof value === 'boolean' ? (value ? 'Yes' : 'No') : String(target ?? value ?? ''),
      url: linkOf(type, value),
      isBlank: value === null || value === undefined || value === '',
      isNumber: NUMBERS.has(type),
      isDate: type === 'date',
      isInstant: type === 'datetime',
    };
  });
}

import type { Field } from '../types.ts';
import type { Element, MetadataFile } from './metadata.ts';

/** `<valueSet>` of a picklist with its own values; inactive ones are kept out of it. Global value sets are refused. */
export function picklistOf(file: MetadataFile, root: Element, multiple: boolean): Partial<Field> {
  const set = file.list(root, 'valueSet')[0];
  const definition = set && file.list(set, 'valueSetDefinition')[0];
  if (!definition) throw file.fault('a picklist needs <valueSetDefinition>');
  file.allow(set, ['restricted', 'valueSetDefinition']);
  file.allow(definition, ['sorted', 'value']);
  const elements = file.list(definition, 'value');
  for (const value of elements) file.allow(value, ['fullName', 'default', 'label', 'description', 'isActive', 'color']);
  const active = elements.filter((value) => file.flag(value, 'isActive', true));
  const values = active.map((value) => file.need(value, 'fullName'));
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) throw file.fault(`Duplicate value: ${twice}`);
  const first = active.find((value) => file.flag(value, 'default'));
  const labels = Object.fromEntries(
    active
      .map((value): [string, string] => [file.need(value, 'fullName'), file.text(value, 'label') ?? ''])
      .filter(([value, label]) => label !== '' && label !== value),
  );
  return {
    type: multiple ? 'multipicklist' : 'picklist',
    length: multiple ? 4099 : 255,
    picklist: {
      restricted: file.flag(set, 'restricted'),
      values,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
    ...(first ? { defaultValue: file.need(first, 'fullName') } : {}),
  };
}

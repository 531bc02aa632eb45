import type { Field, FieldType } from '../types.ts';
import type { Element, MetadataFile } from './metadata.ts';
import { standardField } from './fields.ts';

const COMMON = ['fullName', 'label', 'description', 'inlineHelpText', 'type', 'required', 'externalId', 'unique'];
const REFERENCE = ['referenceTo', 'relationshipName', 'relationshipLabel', 'deleteConstraint'];
/** Elements allowed per metadata type besides the common ones. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  Text: ['length', 'caseSensitive', 'defaultValue'],
  Number: ['precision', 'scale', 'defaultValue'],
  Checkbox: ['defaultValue'],
  Date: [],
  DateTime: [],
  Url: [],
  Email: ['caseSensitive'],
  Phone: [],
  Picklist: ['valueSet'],
  LongTextArea: ['length', 'visibleLines'],
  Lookup: REFERENCE,
  MasterDetail: [...REFERENCE, 'relationshipOrder', 'reparentableMasterDetail', 'writeRequiresMasterRead'],
};
const FORMULA_TYPES: Readonly<Record<string, FieldType>> = { Number: 'double', Text: 'string', Checkbox: 'boolean' };

/** @throws Error that names the file and what the simulated org does not support */
export function customField(file: MetadataFile): Field {
  const { root } = file;
  const name = file.need(root, 'fullName');
  if (!/^[A-Za-z]\w*__c$/.test(name)) throw file.fault(`${name} is no custom field name`);
  const type = file.need(root, 'type');
  const formula = file.text(root, 'formula');
  const elements = ELEMENTS[type];
  if (!elements || (formula !== undefined && !FORMULA_TYPES[type])) throw file.fault(`type ${type} is not supported`);
  file.allow(root, [...COMMON, ...elements, ...(formula === undefined ? [] : ['formula', 'formulaTreatBlanksAs'])]);
  const helpText = file.text(root, 'inlineHelpText');
  const unique = file.flag(root, 'unique');
  const field = standardField(name, file.need(root, 'label'), 'string', {
    custom: true,
    required: file.flag(root, 'required'),
    unique,
    externalId: file.flag(root, 'externalId'),
    caseSensitive: unique && file.flag(root, 'caseSensitive'),
    ...(helpText === undefined ? {} : { helpText }),
    ...typed(file, root, type, name, formula),
  });
  if (formula !== undefined) return { ...field, formula, createable: false, updateable: false };
  return field;
}

function typed(
  file: MetadataFile,
  root: Element,
  type: string,
  name: string,
  formula: string | undefined,
): Partial<Field> {
  switch (type) {
    case 'Text':
      return { type: 'string', length: formula === undefined ? file.whole(root, 'length') : 1300 };
    case 'Number':
      return { type: 'double', precision: file.whole(root, 'precision'), scale: file.whole(root, 'scale') };
    case 'Checkbox':
      return formula !== undefined
        ? { type: 'boolean' }
        : { type: 'boolean', defaultValue: file.flag(root, 'defaultValue') };
    case 'Date':
      return { type: 'date' };
    case 'DateTime':
      return { type: 'datetime' };
    case 'Url':
      return { type: 'url', length: 255 };
    case 'Email':
      return { type: 'email', length: 80 };
    case 'Phone':
      return { type: 'phone', length: 40 };
    case 'LongTextArea':
      return { type: 'textarea', length: file.whole(root, 'length'), filterable: false };
    case 'Picklist':
      return picklistOf(file, root);
    default:
      return referenceOf(file, root, name, type === 'MasterDetail');
  }
}

function picklistOf(file: MetadataFile, root: Element): Partial<Field> {
  const set = file.list(root, 'valueSet')[0];
  const definition = set && file.list(set, 'valueSetDefinition')[0];
  if (!definition) throw file.fault('a picklist needs <valueSetDefinition>');
  file.allow(set, ['restricted', 'valueSetDefinition']);
  file.allow(definition, ['sorted', 'value']);
  const values = file.list(definition, 'value');
  for (const value of values) file.allow(value, ['fullName', 'default', 'label', 'description']);
  const first = values.find((value) => file.flag(value, 'default'));
  return {
    type: 'picklist',
    length: 255,
    picklist: { restricted: file.flag(set, 'restricted'), values: values.map((value) => file.need(value, 'fullName')) },
    ...(first ? { defaultValue: file.need(first, 'fullName') } : {}),
  };
}

function referenceOf(file: MetadataFile, root: Element, name: string, masterDetail: boolean): Partial<Field> {
  const constraint = file.text(root, 'deleteConstraint') ?? 'SetNull';
  const onDelete = { SetNull: 'setNull', Restrict: 'restrict', Cascade: 'cascade' }[constraint];
  if (!onDelete) throw file.fault(`deleteConstraint ${constraint} is not supported`);
  const children = file.text(root, 'relationshipName');
  return {
    type: 'reference',
    length: 18,
    ...(masterDetail ? { required: true } : {}),
    updateable: !masterDetail || file.flag(root, 'reparentableMasterDetail'),
    reference: {
      to: [file.need(root, 'referenceTo')],
      relationshipName: name.replace(/__c$/, '__r'),
      masterDetail,
      writeRequiresMasterRead: file.flag(root, 'writeRequiresMasterRead'),
      reparentable: !masterDetail || file.flag(root, 'reparentableMasterDetail'),
      onDelete: masterDetail ? 'cascade' : (onDelete as 'cascade' | 'setNull' | 'restrict'),
      ...(children === undefined ? {} : { childRelationshipName: `${children}__r` }),
    },
  };
}

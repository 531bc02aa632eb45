import type { Field, FieldType } from '../types.ts';
import type { Element, MetadataFile } from './metadata.ts';
import { READ_ONLY, standardField } from './fields.ts';
import { picklistOf } from './picklists.ts';

const COMMON = [
  ...['fullName', 'label', 'description', 'inlineHelpText', 'type', 'required', 'externalId', 'unique'],
  ...[
    'trackHistory',
    'trackFeedHistory',
    'trackTrending',
    'securityClassification',
    'complianceGroup',
    'businessStatus',
  ],
];
const REFERENCE = ['referenceTo', 'relationshipName', 'relationshipLabel', 'deleteConstraint'];
const NUMERIC = ['precision', 'scale', 'defaultValue'];
/** Elements allowed per metadata type besides the common ones. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  Text: ['length', 'caseSensitive', 'defaultValue'],
  TextArea: ['defaultValue'],
  LongTextArea: ['length', 'visibleLines'],
  Html: ['length', 'visibleLines'],
  Number: NUMERIC,
  Percent: NUMERIC,
  Currency: NUMERIC,
  Checkbox: ['defaultValue'],
  Date: ['defaultValue'],
  DateTime: ['defaultValue'],
  Time: ['defaultValue'],
  Url: ['defaultValue'],
  Email: ['caseSensitive', 'defaultValue'],
  Phone: ['defaultValue'],
  Picklist: ['valueSet'],
  MultiselectPicklist: ['valueSet', 'visibleLines'],
  AutoNumber: ['displayFormat', 'startingNumber', 'caseSensitive'],
  Summary: ['summarizedField', 'summaryForeignKey', 'summaryOperation', 'summaryFilterItems'],
  Lookup: REFERENCE,
  MasterDetail: [...REFERENCE, 'relationshipOrder', 'reparentableMasterDetail', 'writeRequiresMasterRead'],
};
const FORMULA_TYPES = ['Number', 'Percent', 'Currency', 'Text', 'Checkbox', 'Date', 'DateTime', 'Time'];
const NUMBER_TYPES: Readonly<Record<string, FieldType>> = {
  Number: 'double',
  Percent: 'percent',
  Currency: 'currency',
};
const MAY_BE_KEYS = ['Text', 'Number', 'Email', 'AutoNumber'];

/** @throws Error that names the file, with what a deploy says or what the simulated org does not support */
export function customField(file: MetadataFile): Field {
  const { root } = file;
  const name = file.need(root, 'fullName');
  if (!/^[A-Za-z](?:_?[A-Za-z0-9])*__c$/.test(name) || name.length > 43)
    throw file.fault(
      `The Custom Field name ${name} can only contain alphanumeric characters and must begin with a letter`,
    );
  const type = file.need(root, 'type');
  const formula = file.text(root, 'formula');
  const elements = ELEMENTS[type];
  if (!elements || (formula !== undefined && !FORMULA_TYPES.includes(type)))
    throw file.fault(`type ${type} is not supported`);
  file.allow(root, [...COMMON, ...elements, ...(formula === undefined ? [] : ['formula', 'formulaTreatBlanksAs'])]);
  const label = file.need(root, 'label');
  if (label.length > 40) throw file.fault(`Label: data value too large: ${label} (max length=40)`);
  const helpText = file.text(root, 'inlineHelpText');
  const unique = file.flag(root, 'unique');
  const externalId = file.flag(root, 'externalId');
  if ((unique || externalId) && !MAY_BE_KEYS.includes(type))
    throw file.fault(`Can not specify 'externalId' or 'unique' for a CustomField of type ${type}`);
  const field = standardField(name, label, 'string', {
    custom: true,
    required: file.flag(root, 'required'),
    unique,
    externalId,
    caseSensitive: unique && file.flag(root, 'caseSensitive'),
    ...(helpText === undefined ? {} : { helpText }),
    ...typed(file, root, type, name, formula),
  });
  if (formula !== undefined) return { ...field, formula, ...READ_ONLY };
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
      return { type: 'string', length: formula === undefined ? between(file, root, 'length', 1, 255) : 1300 };
    case 'TextArea':
      return { type: 'textarea', length: 255 };
    case 'LongTextArea':
    case 'Html':
      between(file, root, 'visibleLines', 2, 50);
      return {
        type: 'textarea',
        length: between(file, root, 'length', 256, 131_072),
        filterable: false,
        ...(type === 'Html' ? { html: true } : {}),
      };
    case 'Number':
    case 'Percent':
    case 'Currency': {
      const precision = between(file, root, 'precision', 1, 18);
      return { type: NUMBER_TYPES[type]!, precision, scale: between(file, root, 'scale', 0, Math.min(17, precision)) };
    }
    case 'Checkbox':
      if (formula !== undefined) return { type: 'boolean' };
      if (file.text(root, 'defaultValue') === undefined)
        throw file.fault("Must specify 'defaultValue' for a CustomField of type Checkbox");
      return { type: 'boolean', defaultValue: file.flag(root, 'defaultValue') };
    case 'Date':
      return { type: 'date' };
    case 'DateTime':
      return { type: 'datetime' };
    case 'Time':
      return { type: 'time' };
    case 'Url':
      return { type: 'url', length: 255 };
    case 'Email':
      return { type: 'email', length: 80 };
    case 'Phone':
      return { type: 'phone', length: 40 };
    case 'Picklist':
    case 'MultiselectPicklist':
      return picklistOf(file, root, type === 'MultiselectPicklist');
    case 'AutoNumber':
      return { type: 'string', length: 30, autoNumber: autoNumberOf(file, root), ...READ_ONLY };
    case 'Summary':
      return { type: 'double', precision: 18, scale: 0, ...READ_ONLY };
    default:
      return referenceOf(file, root, name, type === 'MasterDetail');
  }
}

function between(file: MetadataFile, root: Element, name: string, least: number, most: number): number {
  const value = file.whole(root, name);
  if (value < least || value > most) throw file.fault(`<${name}> must be from ${least} to ${most}`);
  return value;
}

/** `<displayFormat>` with one run of zeros in braces; dates in it are not supported. */
export function autoNumberOf(file: MetadataFile, element: Element): NonNullable<Field['autoNumber']> {
  const format = file.need(element, 'displayFormat');
  if (!/^[^{}]*\{0+\}[^{}]*$/.test(format)) throw file.fault(`displayFormat ${format} is not supported`);
  const first = file.text(element, 'startingNumber') === undefined ? 1 : file.whole(element, 'startingNumber');
  return { format, first };
}

function referenceOf(file: MetadataFile, root: Element, name: string, masterDetail: boolean): Partial<Field> {
  const constraint = file.text(root, 'deleteConstraint') ?? 'SetNull';
  const onDelete = { SetNull: 'setNull', Restrict: 'restrict', Cascade: 'cascade' }[constraint];
  if (!onDelete) throw file.fault(`deleteConstraint ${constraint} is not supported`);
  const required = file.flag(root, 'required');
  if (required && !masterDetail && onDelete === 'setNull')
    throw file.fault('must specify either cascade delete or restrict delete for required lookup foreign key');
  const children = file.text(root, 'relationshipName');
  if (masterDetail && children === undefined) throw file.fault('<relationshipName> is missing');
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

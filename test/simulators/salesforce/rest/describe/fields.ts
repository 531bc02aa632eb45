import { hasFieldSecurity } from '../../org/fieldSecurity.ts';
import { isGroupable, isSortable } from '../../org/schema/fields.ts';
import type { Access, Field, SObject } from '../../org/types.ts';

const SOAP_TYPES: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  double: 'xsd:double',
  percent: 'xsd:double',
  currency: 'xsd:double',
  int: 'xsd:int',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
};
const LENGTHS: Partial<Record<Field['type'], number>> = { id: 18, reference: 18, picklist: 255, multipicklist: 4099 };
const NUMBERS: readonly Field['type'][] = ['double', 'percent', 'currency', 'int'];

/** One entry of `fields` in a describe (REST API Developer Guide and SOAP `DescribeSObjectResult`). */
export function describeField(object: SObject, field: Field, access: Access): Record<string, unknown> {
  const writable = access.editsField(object.name, field.name);
  const { reference, type } = field;
  const length = field.length ?? LENGTHS[type] ?? 0;
  const isName = field.name === object.nameField;
  const decimal = NUMBERS.includes(type) && type !== 'int';
  const compound = field.name === 'Name' && object.fields.has('LastName') ? 'Name' : null;
  return {
    aggregatable: field.filterable && type !== 'boolean',
    aiPredictionField: false,
    autoNumber: field.autoNumber !== undefined,
    byteLength: type === 'id' || type === 'reference' ? 18 : length * 3,
    calculated: field.formula !== undefined || field.summary !== undefined,
    calculatedFormula: field.formula ?? null,
    cascadeDelete: reference?.onDelete === 'cascade',
    caseSensitive: field.caseSensitive,
    compoundFieldName: compound,
    controllerName: null,
    createable: field.createable && writable,
    custom: field.custom,
    defaultValue: field.defaultValue ?? (type === 'boolean' ? false : null),
    defaultValueFormula: null,
    defaultedOnCreate: field.defaultValue !== undefined || type === 'boolean' || (object.custom && isName),
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: type === 'int' ? (field.precision ?? 0) : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: type === 'textarea' ? (field.html ? 'richtextarea' : 'plaintextarea') : null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: isGroupable(field),
    highScaleNumber: false,
    htmlFormatted: field.html ?? false,
    idLookup: field.externalId || type === 'id' || (isName && object.custom),
    inlineHelpText: field.helpText ?? null,
    label: field.label,
    length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: isName,
    namePointing: (reference?.to.length ?? 0) > 1,
    nillable: !field.required && type !== 'boolean' && type !== 'id',
    permissionable: hasFieldSecurity(object, field),
    picklistValues: (field.picklist?.values ?? []).map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: field.picklist?.labels?.[value] ?? value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: (reference?.to.length ?? 0) > 1,
    precision: decimal ? (field.precision ?? 0) : 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: reference?.to ?? [],
    relationshipName: reference?.relationshipName ?? null,
    relationshipOrder: reference?.masterDetail ? 0 : null,
    restrictedDelete: reference?.onDelete === 'restrict',
    restrictedPicklist: field.picklist?.restricted ?? false,
    scale: field.scale ?? 0,
    searchPrefilterable: type === 'reference',
    soapType: SOAP_TYPES[type] ?? 'xsd:string',
    sortable: isSortable(field),
    type,
    unique: field.unique,
    updateable: field.updateable && writable,
    writeRequiresMasterRead: reference?.writeRequiresMasterRead ?? false,
  };
}

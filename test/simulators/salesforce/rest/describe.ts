import type { Access, Field, Org, SObject } from '../org/types.ts';

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
};

/** One entry of `GET /sobjects`, and the head of a describe. */
export function describeObject(object: SObject, access: Access, version: number): Record<string, unknown> {
  const url = `/services/data/v${version}.0/sobjects/${object.name}`;
  return {
    activateable: false,
    createable: access.createsObject(object.name),
    custom: object.custom,
    customSetting: false,
    deletable: access.deletesObject(object.name),
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: true,
    mergeable: false,
    mruEnabled: false,
    name: object.name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: false,
    triggerable: false,
    undeletable: false,
    updateable: access.editsObject(object.name),
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

function describeField(object: SObject, field: Field, access: Access): Record<string, unknown> {
  const writable = access.editsField(object.name, field.name);
  const number = field.precision !== undefined;
  const { reference } = field;
  return {
    autoNumber: false,
    byteLength: (field.length ?? 0) * 3,
    calculated: field.formula !== undefined,
    calculatedFormula: field.formula ?? null,
    cascadeDelete: reference?.onDelete === 'cascade',
    caseSensitive: field.caseSensitive,
    createable: field.createable && writable,
    custom: field.custom,
    defaultValue: field.defaultValue ?? (field.type === 'boolean' ? false : null),
    defaultedOnCreate:
      field.defaultValue !== undefined || field.type === 'boolean' || (object.custom && field.name === 'Name'),
    digits: field.type === 'int' ? (field.precision ?? 0) : 0,
    externalId: field.externalId,
    filterable: field.filterable,
    groupable: field.filterable && field.type !== 'double' && field.type !== 'currency',
    idLookup: field.externalId || field.type === 'id',
    inlineHelpText: field.helpText ?? null,
    label: field.label,
    length: field.length ?? 0,
    name: field.name,
    nameField: field.name === 'Name',
    nillable: !field.required && field.type !== 'boolean' && field.type !== 'id',
    permissionable: !field.required && field.custom && !reference?.masterDetail,
    picklistValues: (field.picklist?.values ?? []).map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: (reference?.to.length ?? 0) > 1,
    precision: number && field.type !== 'int' ? field.precision : 0,
    referenceTo: reference?.to ?? [],
    relationshipName: reference?.relationshipName ?? null,
    relationshipOrder: reference?.masterDetail ? 0 : null,
    restrictedDelete: reference?.onDelete === 'restrict',
    restrictedPicklist: field.picklist?.restricted ?? false,
    scale: field.scale ?? 0,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: field.filterable,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && writable,
    writeRequiresMasterRead: reference?.writeRequiresMasterRead ?? false,
  };
}

/** Answer of `GET /sobjects/X/describe`: only what the user may read. */
export function describe(org: Org, object: SObject, access: Access, version: number): Record<string, unknown> {
  const fields = [...object.fields.values()].filter((field) => access.readsField(object.name, field.name));
  const children = org.children(object).filter((child) => access.readsField(child.object.name, child.field.name));
  return {
    ...describeObject(object, access, version),
    fields: fields.map((field) => describeField(object, field, access)),
    childRelationships: children.map(({ object: child, field, relationshipName }) => ({
      cascadeDelete: field.reference?.onDelete === 'cascade',
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      relationshipName,
      restrictedDelete: field.reference?.onDelete === 'restrict',
    })),
    recordTypeInfos: [],
    supportedScopes: [],
  };
}

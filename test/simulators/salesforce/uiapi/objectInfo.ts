import type { Field, SObject } from '../org/types.ts';
import { isLongText } from './display.ts';
import { noSuchField, UiApiError } from './errors.ts';
import { eTagOf } from './record.ts';
import type { Session } from './session.ts';

/** Record type id of an object without record types. */
const master = '012000000000000AAA';

/** `dataType` of a field (UI API docs, "Field"). */
export function dataTypeOf(field: Field): string {
  switch (field.type) {
    case 'id':
      return 'Reference';
    case 'textarea':
      return 'TextArea';
    case 'datetime':
      return 'DateTime';
    default:
      return field.type.charAt(0).toUpperCase() + field.type.slice(1);
  }
}

function fieldInfo(field: Field): Record<string, unknown> {
  const { reference } = field;
  return {
    apiName: field.name,
    calculated: field.formula !== undefined,
    compound: false,
    compoundComponentName: null,
    compoundFieldName: null,
    controllerName: null,
    controllingFields: [],
    createable: field.createable,
    custom: field.custom,
    dataType: dataTypeOf(field),
    defaultValue: field.defaultValue ?? null,
    defaultedOnCreate: field.defaultValue !== undefined,
    digits: field.type === 'int' ? (field.precision ?? 0) : 0,
    externalId: field.externalId,
    extraTypeInfo: isLongText(field) ? 'PlainTextArea' : null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    highScaleNumber: false,
    htmlFormatted: false,
    inlineHelpText: field.helpText ?? null,
    label: field.label,
    length: field.length ?? 0,
    maskType: null,
    nameField: field.name === 'Name',
    polymorphicForeignKey: (reference?.to.length ?? 0) > 1,
    precision: field.precision ?? 0,
    reference: reference !== undefined,
    referenceTargetField: null,
    referenceToInfos: reference?.to.map((apiName) => ({ apiName, nameFields: ['Name'] })) ?? [],
    relationshipName: reference?.relationshipName ?? null,
    required: field.required,
    scale: field.scale ?? 0,
    searchPrefilterable: false,
    sortable: field.filterable,
    unique: field.unique,
    updateable: field.updateable,
  };
}

/** The object as the user knows it; refused as unknown when they may not read it. */
export function readableObject(name: string, { org, access }: Session): SObject {
  const object = org.object(name);
  if (!object || !access.readsObject(object.name))
    throw new UiApiError(404, 'INVALID_TYPE', `Object ${name} is not supported in UI API`);
  return object;
}

/** UI API docs, "Object Info": only what the user may read is in it. */
export function objectInfo(object: SObject, { org, access }: Session): Record<string, unknown> {
  const readable = [...object.fields.values()].filter(
    (field) => field.type === 'id' || access.readsField(object.name, field.name),
  );
  const info = {
    apiName: object.name,
    childRelationships: org
      .children(object)
      .filter(
        (child) => access.readsObject(child.object.name) && access.readsField(child.object.name, child.field.name),
      )
      .map((child) => ({
        childObjectApiName: child.object.name,
        fieldName: child.field.name,
        junctionIdListNames: [],
        junctionReferenceTo: [],
        relationshipName: child.relationshipName,
      })),
    createable: access.createsObject(object.name),
    custom: object.custom,
    defaultRecordTypeId: master,
    deletable: access.deletesObject(object.name),
    dependentFields: {},
    feedEnabled: false,
    fields: Object.fromEntries(readable.map((field) => [field.name, fieldInfo(field)])),
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: true,
    mruEnabled: true,
    nameFields: object.fields.has('Name') ? ['Name'] : [],
    queryable: true,
    recordTypeInfos: {
      [master]: {
        available: true,
        defaultRecordTypeMapping: true,
        master: true,
        name: 'Master',
        recordTypeId: master,
      },
    },
    searchLayoutable: true,
    searchable: true,
    themeInfo: null,
    updateable: access.editsObject(object.name),
  };
  return { ...info, eTag: eTagOf(info) };
}

function valuesOf(field: Field, url: string): Record<string, unknown> {
  const values = (field.picklist?.values ?? []).map((value) => ({
    attributes: null,
    label: value,
    validFor: [],
    value,
  }));
  return { controllerValues: {}, defaultValue: null, eTag: eTagOf(values), url, values };
}

/** Values of every picklist of the object, or of one (UI API docs, "Picklist Values Collection", "Picklist Values"). */
export function picklistValues(
  object: SObject,
  fieldName: string | undefined,
  url: string,
  { org, access }: Session,
): Record<string, unknown> {
  const readable = (field: Field) => field.picklist !== undefined && access.readsField(object.name, field.name);
  if (fieldName !== undefined) {
    const field = org.field(object, fieldName);
    if (!field || !readable(field)) throw noSuchField(fieldName, object.name);
    return valuesOf(field, url);
  }
  const fields = [...object.fields.values()].filter(readable);
  const picklistFieldValues = Object.fromEntries(
    fields.map((field) => [field.name, valuesOf(field, `${url}/${field.name}`)]),
  );
  return { eTag: eTagOf(picklistFieldValues), picklistFieldValues };
}

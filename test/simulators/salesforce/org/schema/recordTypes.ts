import { join } from 'node:path';
import type { SObject } from '../types.ts';
import { reference } from './fields.ts';
import { filesIn, MetadataFile } from './metadata.ts';
import type { Schema } from './schema.ts';

const ELEMENTS = [
  ...['fullName', 'active', 'label', 'description', 'picklistValues', 'businessProcess', 'compactLayoutAssignment'],
];

export const PERSON_ACCOUNT = 'PersonAccount';

/** Records of the object get a record type. */
export function allowRecordTypes(object: SObject): void {
  if (!object.fields.has('RecordTypeId'))
    object.fields.set('RecordTypeId', reference('RecordTypeId', 'Record Type ID', 'RecordType', 'RecordType'));
}

/** Reads the record types of an object. @throws Error that names the file */
export function addRecordTypes(schema: Schema, object: SObject, folder: string): void {
  for (const path of filesIn(join(folder, 'recordTypes'))) {
    const file = new MetadataFile(path, 'RecordType');
    const { root } = file;
    file.allow(root, ELEMENTS);
    const picklists = new Map<string, readonly string[]>();
    for (const element of file.list(root, 'picklistValues')) {
      file.allow(element, ['picklist', 'values']);
      const field = schema.field(object, file.need(element, 'picklist'));
      if (!field?.picklist) throw file.fault(`names the unknown picklist ${file.need(element, 'picklist')}`);
      const values = file.list(element, 'values').map((value) => decodeURIComponent(file.need(value, 'fullName')));
      const unknown = values.find((value) => !field.picklist!.values.includes(value));
      if (unknown !== undefined) throw file.fault(`Picklist value: ${unknown} in picklist: ${field.name} not found`);
      picklists.set(field.name, values);
    }
    schema.recordTypes.push({
      object: object.name,
      developerName: file.need(root, 'fullName'),
      label: file.need(root, 'label'),
      description: file.text(root, 'description') ?? null,
      active: file.flag(root, 'active', true),
      custom: true,
      picklists,
    });
    allowRecordTypes(object);
  }
}

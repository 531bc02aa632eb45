import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Field, Sharing, SObject } from '../types.ts';
import { autoNumberOf } from './customFields.ts';
import { READ_ONLY, fieldMap, ownerOrQueue, systemFields, text } from './fields.ts';
import { MetadataFile } from './metadata.ts';
import type { Schema } from './schema.ts';

const CUSTOM_SHARING: readonly Sharing[] = ['Private', 'Read', 'ReadWrite', 'ControlledByParent'];
/** Further models of standard objects, as what they come to. */
const STANDARD_SHARING: Readonly<Record<string, Partial<Record<string, Sharing>>>> = {
  Lead: { ReadWriteTransfer: 'ReadWrite' },
  Case: { ReadWriteTransfer: 'ReadWrite' },
  Campaign: { FullAccess: 'ReadWrite' },
  CampaignMember: { ControlledByCampaign: 'ControlledByParent' },
  Contact: { ControlledByParent: 'ControlledByParent' },
  Task: { ControlledByParent: 'ControlledByParent' },
};
const PLAIN_SHARING = ['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Campaign', 'Contract', 'Task', 'Event'];

/** Elements of a CustomObject file; those that change nothing in the APIs are read over. */
const OBJECT_ELEMENTS = [
  ...['label', 'pluralLabel', 'nameField', 'sharingModel', 'externalSharingModel', 'description', 'deploymentStatus'],
  ...['enableReports', 'enableSearch', 'enableActivities', 'enableHistory', 'enableFeeds', 'visibility', 'startsWith'],
  ...['enableBulkApi', 'enableSharing', 'enableStreamingApi', 'enableLicensing', 'allowInChatterGroups', 'gender'],
  ...[
    'compactLayoutAssignment',
    'actionOverrides',
    'searchLayouts',
    'recordTypeTrackHistory',
    'recordTypeTrackFeedHistory',
  ],
];

function sharingOf(file: MetadataFile, object: SObject): Sharing {
  const model = file.text(file.root, 'sharingModel');
  if (model === undefined) return object.sharing;
  const sharing =
    STANDARD_SHARING[object.name]?.[model] ??
    (PLAIN_SHARING.includes(object.name) ? CUSTOM_SHARING.slice(0, 3).find((one) => one === model) : undefined);
  if (!sharing) throw file.fault(`sharingModel ${model} is not supported`);
  return sharing;
}

/** What activities may be about. */
function allowActivities(schema: Schema, object: SObject): void {
  for (const activity of ['Task', 'Event'])
    schema.object(activity)!.fields.get('WhatId')!.reference!.to.push(object.name);
}

function nameField(file: MetadataFile): Field {
  const element = file.list(file.root, 'nameField')[0];
  const type = element && file.need(element, 'type');
  if (!element || (type !== 'Text' && type !== 'AutoNumber'))
    throw file.fault('<nameField> must be of type Text or AutoNumber');
  file.allow(element, ['label', 'type', 'displayFormat', 'startingNumber', 'trackHistory', 'trackFeedHistory']);
  const label = file.need(element, 'label');
  return type === 'Text'
    ? text('Name', label, 80)
    : text('Name', label, 80, { autoNumber: autoNumberOf(file, element), ...READ_ONLY });
}

/**
 * The object of a folder below `objects`: a new custom object, or a standard one with the settings of its file.
 * @throws Error that names the file
 */
export function objectOf(name: string, folder: string, schema: Schema): SObject {
  const path = join(folder, `${name}.object-meta.xml`);
  const standard = schema.object(name);
  if (standard) {
    if (!existsSync(path)) return standard;
    const file = new MetadataFile(path, 'CustomObject');
    file.allow(file.root, OBJECT_ELEMENTS);
    standard.sharing = sharingOf(file, standard);
    return standard;
  }
  const file = new MetadataFile(path, 'CustomObject');
  file.allow(file.root, OBJECT_ELEMENTS);
  if (!/^[A-Za-z](?:_?[A-Za-z0-9])*__c$/.test(name) || name.length > 43)
    throw file.fault(
      `The Custom Object name ${name} can only contain alphanumeric characters and must begin with a letter`,
    );
  const sharing = file.need(file.root, 'sharingModel') as Sharing;
  if (!CUSTOM_SHARING.includes(sharing)) throw file.fault(`sharingModel ${sharing} is not supported`);
  const owner = sharing === 'ControlledByParent' ? [] : [ownerOrQueue()];
  const object: SObject = {
    name,
    label: file.need(file.root, 'label'),
    labelPlural: file.need(file.root, 'pluralLabel'),
    keyPrefix: '',
    custom: true,
    sharing,
    fields: fieldMap([...systemFields(), nameField(file), ...owner]),
    nameField: 'Name',
    validationRules: [],
    ...(file.flag(file.root, 'enableSearch') ? { searchable: true } : {}),
  };
  schema.add(object);
  if (file.flag(file.root, 'enableActivities')) allowActivities(schema, object);
  return object;
}

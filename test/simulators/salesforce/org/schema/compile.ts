import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDuplicateRules } from '../duplicates/metadata.ts';
import { readSharingRules } from '../sharing/rules.ts';
import type { SObject } from '../types.ts';
import { customField } from './customFields.ts';
import { FormulaCompiler } from './formulas.ts';
import { filesIn, MetadataFile } from './metadata.ts';
import { objectOf } from './objects.ts';
import { addRecordTypes, allowRecordTypes, PERSON_ACCOUNT } from './recordTypes.ts';
import { Schema } from './schema.ts';
import { addShares } from './shares.ts';
import { PERSON_FIELDS } from './standard/accounts.ts';
import { standardObjects, type StandardOptions } from './standard/index.ts';
import { summaryOf } from './summaries.ts';

/** Folders of an object; those that change nothing in the data are read by whoever shows them. */
const FOLDERS = [
  ...['fields', 'validationRules', 'recordTypes', 'listViews', 'fieldSets', 'compactLayouts', 'webLinks'],
  'businessProcesses',
];
const MAX_MASTERS = 2;
const MAX_LEVELS = 3;

/** Custom fields of Activity are those of Task and Event; the rest stands with each of them. */
const ACTIVITIES = { folder: 'Activity', objects: ['Task', 'Event'] };

/** @returns objects that have the custom fields of a folder */
export function objectsOf(folder: string): readonly string[] {
  return folder === ACTIVITIES.folder ? ACTIVITIES.objects : [folder];
}

type FieldFiles = Map<SObject, Map<string, MetadataFile>>;

function addFields(object: SObject, folder: string): Map<string, MetadataFile> {
  const files = new Map<string, MetadataFile>();
  for (const path of filesIn(join(folder, 'fields'))) {
    const file = new MetadataFile(path, 'CustomField');
    if (!file.need(file.root, 'fullName').endsWith('__c')) {
      refineStandard(object, file);
      continue;
    }
    const field = customField(file);
    if (!path.endsWith(`/${field.name}.field-meta.xml`)) throw new Error(`${path}: holds ${field.name}`);
    object.fields.set(field.name, field);
    files.set(field.name, file);
  }
  return files;
}

/** Files of standard fields only say how they are tracked; other changes of them are not supported. */
function refineStandard(object: SObject, file: MetadataFile): void {
  const name = file.need(file.root, 'fullName');
  if (!object.fields.has(name) && !object.fields.has(`${name}Id`))
    throw file.fault(`${object.name} has no standard field ${name}`);
  file.allow(file.root, ['fullName', 'trackHistory', 'trackFeedHistory', 'type', 'label', 'inlineHelpText']);
}

/** References need a target, details a master and the sharing that goes with it, and list names must not repeat. */
function checkReferences(schema: Schema, root: string): void {
  const mastersOf = (object: SObject) =>
    [...object.fields.values()].filter((field) => field.reference?.masterDetail && field.custom);
  const levelsOf = (object: SObject): number =>
    1 + Math.max(0, ...mastersOf(object).map((field) => levelsOf(schema.object(field.reference!.to[0]!)!)));
  for (const object of schema.all()) {
    const fault = (problem: string): Error => new Error(`${join(root, object.name)}: ${problem}`);
    const masters = mastersOf(object);
    if (object.custom && (object.sharing === 'ControlledByParent') !== masters.length > 0)
      throw fault('ControlledByParent and a master-detail field go together');
    if (!object.custom && masters.length > 0) throw fault('a standard object cannot be a detail of another');
    if (masters.length > MAX_MASTERS) throw fault(`more than ${MAX_MASTERS} master-detail fields`);
    for (const field of object.fields.values())
      for (const target of field.reference?.to ?? [])
        if (!schema.object(target)) throw fault(`${field.name} points to unknown ${target}`);
  }
  for (const object of schema.all()) {
    if (levelsOf(object) > MAX_LEVELS)
      throw new Error(`${join(root, object.name)}: more than ${MAX_LEVELS} levels of masters and details`);
    const names = schema.children(object).map((child) => child.relationshipName.toLowerCase());
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice) throw new Error(`${join(root, object.name)}: child relationship ${twice} exists twice`);
  }
}

/** Summaries take the type of what they summarize, before formulas use them. */
function addSummaries(schema: Schema, files: FieldFiles): void {
  for (const [object, ofObject] of files)
    for (const [name, file] of ofObject) {
      if (file.text(file.root, 'type') !== 'Summary') continue;
      const field = object.fields.get(name)!;
      const summary = summaryOf(schema, object, field, file);
      field.summary = { operation: summary.operation };
      if (summary.operation === 'count' || summary.operation === 'sum') field.defaultValue = 0;
      const { summarized } = summary;
      if (summarized) {
        field.type = summarized.type === 'int' ? 'double' : summarized.type;
        if (summarized.precision === undefined) delete field.precision;
        if (summarized.scale === undefined) delete field.scale;
        else field.scale = summarized.scale;
      }
      schema.summaries.push({ master: object, ...summary });
    }
}

/** Custom fields of Contacts are fields of Person Accounts too, `X__pc`. */
function addPersonFields(schema: Schema): void {
  const account = schema.object('Account')!;
  for (const [name, of] of Object.entries(PERSON_FIELDS)) schema.personFields.set(name, of);
  for (const field of schema.object('Contact')!.fields.values()) {
    if (!field.custom || field.formula !== undefined || field.summary) continue;
    const name = field.name.replace(/__c$/, '__pc');
    account.fields.set(name, { ...field, name, required: false, unique: false, externalId: false });
    schema.personFields.set(name, field.name);
  }
  allowRecordTypes(account);
  schema.recordTypes.push({
    object: 'Account',
    developerName: PERSON_ACCOUNT,
    label: 'Person Account',
    description: null,
    active: true,
    custom: false,
    picklists: new Map(),
  });
}

/**
 * Compiles the schema of the org from a source folder in the format of `force-app/main/default`.
 * @throws Error that names the file when something in it is wrong or not supported
 */
export function compileSchema(forceApp: string, options: StandardOptions = { personAccounts: false }): Schema {
  const root = join(forceApp, 'objects');
  if (!existsSync(forceApp)) throw new Error(`${root}: holds no objects`);
  const schema = new Schema(standardObjects(options));
  const names = existsSync(root) ? readdirSync(root).sort() : [];
  const files: FieldFiles = new Map();
  for (const name of names) {
    const folder = join(root, name);
    if (name === ACTIVITIES.folder) {
      const other = readdirSync(folder).find((entry) => entry !== 'fields');
      if (other !== undefined) throw new Error(`${join(folder, other)}: not supported by the simulated org`);
      for (const activity of ACTIVITIES.objects) {
        const object = schema.object(activity)!;
        files.set(object, new Map([...(files.get(object) ?? []), ...addFields(object, folder)]));
      }
      continue;
    }
    const object = objectOf(name, folder, schema);
    const other = readdirSync(folder).find((entry) => !FOLDERS.includes(entry) && !entry.endsWith('.object-meta.xml'));
    if (other !== undefined) throw new Error(`${join(folder, other)}: not supported by the simulated org`);
    files.set(object, new Map([...(files.get(object) ?? []), ...addFields(object, folder)]));
    addRecordTypes(schema, object, folder);
  }
  if (options.personAccounts) addPersonFields(schema);
  addShares(schema);
  checkReferences(schema, root);
  addSummaries(schema, files);
  const formulas = new FormulaCompiler(schema, forceApp);
  for (const [object, ofObject] of files)
    for (const [name, file] of ofObject) formulas.field(object, object.fields.get(name)!, file);
  for (const name of names.filter((one) => one !== ACTIVITIES.folder))
    formulas.validationRules(schema.object(name)!, join(root, name));
  formulas.refuseCircles();
  schema.sharingRules.push(...readSharingRules(schema, forceApp));
  schema.duplicateRules.push(...readDuplicateRules(schema, forceApp));
  return schema;
}

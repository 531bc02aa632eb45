import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileFormula, type CompiledFormula } from '../formula/compile.ts';
import type { Field, Sharing, SObject } from '../types.ts';
import { customField } from './customFields.ts';
import { fieldMap, ownerField, systemFields, text } from './fields.ts';
import { MetadataFile } from './metadata.ts';
import { Schema } from './schema.ts';
import { standardObjects } from './standardObjects.ts';

const SHARING: readonly Sharing[] = ['Private', 'Read', 'ReadWrite', 'ControlledByParent'];
/** Elements of a CustomObject file; those that change nothing in the APIs are read over. */
const OBJECT_ELEMENTS = [
  ...['label', 'pluralLabel', 'nameField', 'sharingModel', 'description', 'deploymentStatus'],
  ...['enableReports', 'enableSearch', 'enableActivities', 'enableHistory', 'visibility'],
];

const folders = (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []);

function objectNamed(name: string, folder: string, schema: Schema): SObject {
  const path = join(folder, `${name}.object-meta.xml`);
  const standard = schema.object(name);
  if (standard) {
    if (existsSync(path)) throw new Error(`${path}: files of standard objects are not supported by the simulated org`);
    return standard;
  }
  const file = new MetadataFile(path, 'CustomObject');
  file.allow(file.root, OBJECT_ELEMENTS);
  const nameField = file.list(file.root, 'nameField')[0];
  if (!nameField || file.need(nameField, 'type') !== 'Text') throw file.fault('only a Text <nameField> is supported');
  const sharing = file.need(file.root, 'sharingModel') as Sharing;
  if (!SHARING.includes(sharing)) throw file.fault(`sharingModel ${sharing} is not supported`);
  const owner = sharing === 'ControlledByParent' ? [] : [ownerField()];
  const object: SObject = {
    name,
    label: file.need(file.root, 'label'),
    labelPlural: file.need(file.root, 'pluralLabel'),
    keyPrefix: '',
    custom: true,
    sharing,
    fields: fieldMap([...systemFields(), text('Name', file.need(nameField, 'label'), 80), ...owner]),
    validationRules: [],
  };
  schema.add(object);
  return object;
}

function addFields(object: SObject, folder: string): void {
  for (const entry of folders(join(folder, 'fields'))) {
    const field = customField(new MetadataFile(join(folder, 'fields', entry), 'CustomField'));
    if (entry !== `${field.name}.field-meta.xml`)
      throw new Error(`${join(folder, 'fields', entry)}: holds ${field.name}`);
    object.fields.set(field.name, field);
  }
}

function compiled(
  file: MetadataFile,
  schema: Schema,
  object: SObject,
  source: string,
  blankAsZero: boolean,
): CompiledFormula {
  try {
    return compileFormula(source, (name) => schema.field(object, name), blankAsZero);
  } catch (error) {
    throw file.fault(`its formula ${error instanceof Error ? error.message : String(error)}`);
  }
}

function addFormulas(schema: Schema, object: SObject, folder: string): void {
  for (const field of object.fields.values()) {
    if (field.formula === undefined) continue;
    const file = new MetadataFile(join(folder, 'fields', `${field.name}.field-meta.xml`), 'CustomField');
    const blanks = file.text(file.root, 'formulaTreatBlanksAs') ?? 'BlankAsBlank';
    const formula = compiled(file, schema, object, field.formula, blanks === 'BlankAsZero');
    const expected: Field['type'] =
      formula.type === 'number' ? 'double' : formula.type === 'boolean' ? 'boolean' : 'string';
    if (formula.type !== 'null' && expected !== field.type)
      throw file.fault(`its formula gives ${formula.type}, which is not the type of the field`);
    schema.formulas.set(field, formula);
  }
  for (const entry of folders(join(folder, 'validationRules'))) {
    const file = new MetadataFile(join(folder, 'validationRules', entry), 'ValidationRule');
    const { root } = file;
    file.allow(root, [
      'fullName',
      'active',
      'description',
      'errorConditionFormula',
      'errorDisplayField',
      'errorMessage',
    ]);
    const source = file.need(root, 'errorConditionFormula');
    const formula = compiled(file, schema, object, source, false);
    if (formula.type !== 'boolean') throw file.fault('its formula must give true or false');
    if (!file.flag(root, 'active', true)) continue;
    const displayField = file.text(root, 'errorDisplayField') ?? null;
    if (displayField !== null && !schema.field(object, displayField)) throw file.fault(`has no field ${displayField}`);
    const rule = {
      name: file.need(root, 'fullName'),
      formula: source,
      message: file.need(root, 'errorMessage'),
      displayField,
    };
    object.validationRules.push(rule);
    schema.rules.set(rule, formula);
  }
}

/** References need a target, details a master and the sharing that goes with it, and list names must not repeat. */
function checkReferences(schema: Schema, root: string): void {
  for (const object of schema.all()) {
    const masters = [...object.fields.values()].filter((field) => field.reference?.masterDetail);
    if (object.custom && (object.sharing === 'ControlledByParent') !== masters.length > 0)
      throw new Error(`${join(root, object.name)}: ControlledByParent and a master-detail field go together`);
    for (const field of object.fields.values())
      for (const target of field.reference?.to ?? [])
        if (!schema.object(target))
          throw new Error(`${join(root, object.name)}: ${field.name} points to unknown ${target}`);
    const names = schema.children(object).map((child) => child.relationshipName.toLowerCase());
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice) throw new Error(`${join(root, object.name)}: child relationship ${twice} exists twice`);
  }
}

/**
 * Compiles the schema of the org from a source folder in the format of `force-app/main/default`.
 * @throws Error that names the file when something in it is wrong or not supported
 */
export function compileSchema(forceApp: string): Schema {
  const root = join(forceApp, 'objects');
  const schema = new Schema(standardObjects());
  const names = folders(root);
  if (!existsSync(forceApp)) throw new Error(`${root}: holds no objects`);
  for (const name of names) addFields(objectNamed(name, join(root, name), schema), join(root, name));
  for (const name of names) addFormulas(schema, schema.object(name)!, join(root, name));
  checkReferences(schema, root);
  return schema;
}

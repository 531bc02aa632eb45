import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PARTS } from './parts.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../../force-app/main/default');
const HEADER = '<?xml version="1.0" encoding="UTF-8"?>';

/** A copy of objects and permission sets of force-app with further files; `remove` deletes it. */
export class MetadataFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'force-app-'));

  constructor() {
    for (const part of PARTS) cpSync(join(FORCE_APP, part), join(this.path, part), { recursive: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  /** @param content elements inside the root */
  file(path: string, root: string, content: string): this {
    const target = join(this.path, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${HEADER}<${root} xmlns="http://soap.sforce.com/2006/04/metadata">${content}</${root}>`);
    return this;
  }

  /** @param more elements besides label, names and sharing model */
  object(
    name: string,
    sharingModel: string,
    more = '<nameField><label>Name</label><type>Text</type></nameField>',
  ): this {
    const label = name.replace(/__c$/, '').replaceAll('_', ' ');
    const head = `<label>${label}</label><pluralLabel>${label}s</pluralLabel><sharingModel>${sharingModel}</sharingModel>`;
    return this.file(`objects/${name}/${name}.object-meta.xml`, 'CustomObject', head + more);
  }

  /** @param more elements besides name, label and type */
  field(object: string, name: string, type: string, more = ''): this {
    const head = `<fullName>${name}</fullName><label>${name.replace(/__c$/, '').replaceAll('_', ' ')}</label><type>${type}</type>`;
    return this.file(`objects/${object}/fields/${name}.field-meta.xml`, 'CustomField', head + more);
  }

  formula(object: string, name: string, type: string, formula: string): this {
    const numeric = ['Number', 'Currency', 'Percent'].includes(type) ? '<precision>18</precision><scale>2</scale>' : '';
    return this.field(object, name, type, `${numeric}<formula><![CDATA[${formula}]]></formula>`);
  }

  rule(object: string, name: string, formula: string, message: string): this {
    const content = `<fullName>${name}</fullName><active>true</active><errorConditionFormula><![CDATA[${formula}]]></errorConditionFormula><errorMessage>${message}</errorMessage>`;
    return this.file(`objects/${object}/validationRules/${name}.validationRule-meta.xml`, 'ValidationRule', content);
  }

  permissionSet(name: string, content: string): this {
    return this.file(
      `permissionsets/${name}.permissionset-meta.xml`,
      'PermissionSet',
      `<label>${name}</label>${content}`,
    );
  }
}

/** Object permission of a permission set. @param rights of C, R, E, D, V (view all), M (modify all), F (view all fields) */
export function onObject(object: string, rights: string): string {
  const flag = (element: string, letter: string): string => `<${element}>${rights.includes(letter)}</${element}>`;
  return `<objectPermissions>${flag('allowCreate', 'C')}${flag('allowDelete', 'D')}${flag('allowEdit', 'E')}${flag('allowRead', 'R')}${flag('modifyAllRecords', 'M')}<object>${object}</object>${flag('viewAllFields', 'F')}${flag('viewAllRecords', 'V')}</objectPermissions>`;
}

export const onField = (field: string, editable = true): string =>
  `<fieldPermissions><editable>${editable}</editable><field>${field}</field><readable>true</readable></fieldPermissions>`;

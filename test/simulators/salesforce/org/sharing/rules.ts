import { basename, join } from 'node:path';
import { criterion } from '../schema/criteria.ts';
import { filesIn, MetadataFile, type Element } from '../schema/metadata.ts';
import type { Schema } from '../schema/schema.ts';
import type { Field, FieldValue } from '../types.ts';
import { levelNamed, type Level } from './levels.ts';

/** `role:East`, `group:Everybody`, `allInternalUsers`: as `Membership` calls those whom a user belongs to. */
export type Party = string;
export type SharingRule = {
  object: string;
  level: Level;
  to: Party;
  /** Owners whose records are shared; null for rules by criteria. */
  from: Party | null;
  matches(value: (field: Field) => FieldValue): boolean;
  /** What a rule of Accounts gives of their Opportunities, Cases and Contacts. */
  children: Readonly<Record<string, Level>>;
};

const PARTIES = ['group', 'role', 'roleAndSubordinates', 'roleAndSubordinatesInternal'];

function partyOf(file: MetadataFile, rule: Element, name: 'sharedTo' | 'sharedFrom'): Party {
  const element = file.list(rule, name)[0];
  if (!element) throw file.fault(`<${name}> is missing`);
  file.allow(element, [...PARTIES, 'allInternalUsers']);
  if (element.children.has('allInternalUsers')) return 'allInternalUsers';
  const kind = PARTIES.find((one) => element.children.has(one));
  if (!kind) throw file.fault(`<${name}> names nobody`);
  return `${kind.replace('Internal', '')}:${file.need(element, kind)}`;
}

function childLevels(file: MetadataFile, rule: Element): Record<string, Level> {
  const settings = file.list(rule, 'accountSettings')[0];
  if (!settings) return {};
  file.allow(settings, ['caseAccessLevel', 'contactAccessLevel', 'opportunityAccessLevel']);
  return {
    Case: levelNamed(file.text(settings, 'caseAccessLevel')),
    Contact: levelNamed(file.text(settings, 'contactAccessLevel')),
    Opportunity: levelNamed(file.text(settings, 'opportunityAccessLevel')),
  };
}

/**
 * Sharing rules of a source folder: by owner, and by criteria that must all hold.
 * @throws Error that names the file
 */
export function readSharingRules(schema: Schema, forceApp: string): SharingRule[] {
  return filesIn(join(forceApp, 'sharingRules')).flatMap((path) => {
    const file = new MetadataFile(path, 'SharingRules');
    const name = basename(path).replace(/\.sharingRules-meta\.xml$/, '');
    const object = schema.object(name);
    if (!object) throw file.fault(`names the unknown object ${name}`);
    if (object.sharing === 'ControlledByParent') throw file.fault(`${name} is controlled by its parent`);
    file.allow(file.root, ['sharingCriteriaRules', 'sharingOwnerRules']);
    const common = ['fullName', 'accessLevel', 'label', 'description', 'sharedTo', 'accountSettings'];
    const rule = (element: Element, more: Pick<SharingRule, 'from' | 'matches'>): SharingRule => {
      const level = file.need(element, 'accessLevel');
      if (level !== 'Read' && level !== 'Edit') throw file.fault(`accessLevel ${level} is not supported`);
      const to = partyOf(file, element, 'sharedTo');
      return { object: object.name, level: levelNamed(level), to, children: childLevels(file, element), ...more };
    };
    const byOwner = file.list(file.root, 'sharingOwnerRules').map((element) => {
      file.allow(element, [...common, 'sharedFrom']);
      return rule(element, { from: partyOf(file, element, 'sharedFrom'), matches: () => true });
    });
    const byCriteria = file.list(file.root, 'sharingCriteriaRules').map((element) => {
      file.allow(element, [...common, 'criteriaItems', 'includeRecordsOwnedByAll']);
      const criteria = file.list(element, 'criteriaItems').map((item) => {
        const field = schema.field(object, file.need(item, 'field'));
        if (!field || field.formula !== undefined)
          throw file.fault(`cannot share by the field ${file.need(item, 'field')}`);
        const holds = criterion(file, item, field);
        return (value: (field: Field) => FieldValue): boolean => holds(value(field));
      });
      if (criteria.length === 0) throw file.fault('<criteriaItems> is missing');
      return rule(element, { from: null, matches: (value) => criteria.every((holds) => holds(value)) });
    });
    return [...byOwner, ...byCriteria];
  });
}

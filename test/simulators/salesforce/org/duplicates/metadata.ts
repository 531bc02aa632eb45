import { basename, join } from 'node:path';
import { filesIn, MetadataFile } from '../schema/metadata.ts';
import type { Schema } from '../schema/schema.ts';
import { MATCHING_METHODS } from './matching.ts';
import { DEFAULT_ALERT, type DuplicateRule, type MatchingItem } from './rules.ts';

const RULE_ELEMENTS = [
  ...['actionOnInsert', 'actionOnUpdate', 'alertText', 'description', 'duplicateRuleMatchRules', 'isActive'],
  ...['masterLabel', 'operationsOnInsert', 'operationsOnUpdate', 'securityOption', 'sortOrder', 'duplicateRuleFilter'],
];

/** Matching rules by `Object.Name`; those that are not active are left out. */
function matchingRules(schema: Schema, forceApp: string): Map<string, readonly MatchingItem[]> {
  const rules = new Map<string, readonly MatchingItem[]>();
  for (const path of filesIn(join(forceApp, 'matchingRules'))) {
    const objectName = basename(path).replace(/\.matchingRule-meta\.xml$/, '');
    const file = new MetadataFile(path, 'MatchingRules');
    const object = schema.object(objectName);
    if (!object) throw file.fault(`names the unknown object ${objectName}`);
    file.allow(file.root, ['matchingRules']);
    for (const element of file.list(file.root, 'matchingRules')) {
      file.allow(element, ['fullName', 'label', 'description', 'ruleStatus', 'booleanFilter', 'matchingRuleItems']);
      const filter = file.text(element, 'booleanFilter');
      if (filter !== undefined && !/^\(?\d+(?:\s+AND\s+\d+)*\)?$/i.test(filter.trim()))
        throw file.fault(`booleanFilter ${filter} is not supported`);
      const items = file.list(element, 'matchingRuleItems').map((item): MatchingItem => {
        file.allow(item, ['blankValueBehavior', 'fieldName', 'matchingMethod']);
        const field = schema.field(object, file.need(item, 'fieldName'));
        if (!field) throw file.fault(`names the unknown field ${file.need(item, 'fieldName')}`);
        const method = MATCHING_METHODS.find((one) => one === file.need(item, 'matchingMethod'));
        if (!method) throw file.fault(`matchingMethod ${file.need(item, 'matchingMethod')} is not supported`);
        return { field: field.name, method, matchBlanks: file.text(item, 'blankValueBehavior') === 'MatchBlanks' };
      });
      if (items.length === 0) throw file.fault('<matchingRuleItems> is missing');
      if (file.text(element, 'ruleStatus') === 'Active')
        rules.set(`${object.name}.${file.need(element, 'fullName')}`, items);
    }
  }
  return rules;
}

/**
 * Duplicate rules of a source folder that compare records of one object; others are refused.
 * @throws Error that names the file
 */
export function readDuplicateRules(schema: Schema, forceApp: string): DuplicateRule[] {
  const matching = matchingRules(schema, forceApp);
  return filesIn(join(forceApp, 'duplicateRules')).flatMap((path) => {
    const [objectName = '', name = ''] = basename(path).split('.');
    const file = new MetadataFile(path, 'DuplicateRule');
    const { root } = file;
    file.allow(root, RULE_ELEMENTS);
    if (file.list(root, 'duplicateRuleFilter').some(({ children }) => children.size > 0))
      throw file.fault('<duplicateRuleFilter> is not supported');
    const matches = file.list(root, 'duplicateRuleMatchRules');
    const [match] = matches;
    if (!match || matches.length > 1 || file.text(match, 'matchRuleSObjectType') !== objectName)
      throw file.fault('only one matching rule of the same object is supported');
    const matchingRule = file.need(match, 'matchingRule');
    const items = matching.get(`${objectName}.${matchingRule}`);
    if (!items) throw file.fault(`no active MatchingRule named ${objectName}.${matchingRule} found`);
    const action = (what: 'Insert' | 'Update'): DuplicateRule['onInsert'] => {
      if (file.need(root, `actionOn${what}`) === 'Block') return 'block';
      return file.list(root, `operationsOn${what}`).some(({ text }) => text.toLowerCase() === 'alert')
        ? 'warn'
        : 'ignore';
    };
    const rule: DuplicateRule = {
      name,
      object: objectName,
      matchingRule,
      items,
      onInsert: action('Insert'),
      onUpdate: action('Update'),
      message: file.text(root, 'alertText') || DEFAULT_ALERT,
      enforceSharing: file.text(root, 'securityOption') !== 'BypassSharingRules',
    };
    return file.flag(root, 'isActive') ? [rule] : [];
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile, type Element } from '../org/schema/metadata.ts';
import type { Schema } from '../org/schema/schema.ts';
import type { Field, SObject } from '../org/types.ts';
import { listColumn } from '../views/listViews/columns.ts';

export type LayoutItem = { field: Field; readonly: boolean; required: boolean };
export type RelatedList = { object: SObject; relationshipName: string; field: Field; columns: Field[] };
/** A page layout: what the details, the header and the related lists of a record hold. */
export type PageLayout = {
  label: string;
  /** `heading` is null for a section that shows none; columns from left to right. */
  sections: { heading: string | null; columns: LayoutItem[][] }[];
  /** `Edit`, `Billing_Sync_Failure__c.Billing_Retry`; null when the layout leaves them to the org. */
  actions: string[] | null;
  relatedLists: RelatedList[];
};

const COLUMNS: Readonly<Record<string, number>> = { OneColumn: 1, TwoColumnsLeftToRight: 2, TwoColumnsTopToBottom: 2 };
const BEHAVIORS = ['Edit', 'Readonly', 'Required'];
/** Of pages of Salesforce Classic. */
const CLASSIC = ['Email', 'RunAssignmentRules'].map((name) => `show${name}Checkbox`);
const PANELS = ['showHighlightsPanel', 'showInteractionLogPanel', 'showSubmitAndAttachButton'];

function sectionOf(file: MetadataFile, section: Element, object: SObject, schema: Schema): PageLayout['sections'][0] {
  file.allow(section, ['customLabel', 'detailHeading', 'editHeading', 'label', 'layoutColumns', 'style']);
  const style = file.need(section, 'style');
  const columns = file.list(section, 'layoutColumns').map((column) => {
    file.allow(column, ['layoutItems']);
    return file.list(column, 'layoutItems').map((item): LayoutItem => {
      file.allow(item, ['behavior', 'field']);
      const field = schema.field(object, file.need(item, 'field'));
      if (!field) throw file.fault(`${object.name} has no field ${file.need(item, 'field')}`);
      const behavior = file.need(item, 'behavior');
      if (!BEHAVIORS.includes(behavior)) throw file.fault(`the behavior ${behavior} is not supported`);
      return { field, readonly: behavior === 'Readonly', required: behavior === 'Required' };
    });
  });
  if (COLUMNS[style] === undefined) throw file.fault(`the style ${style} is not supported by the simulated org`);
  if (columns.length > COLUMNS[style])
    throw file.fault(`a section of the style ${style} has ${columns.length} columns`);
  return { heading: file.flag(section, 'detailHeading') ? file.need(section, 'label') : null, columns };
}

function actionsOf(file: MetadataFile, list: Element | undefined): string[] | null {
  if (!list) return null;
  file.allow(list, ['actionListContext', 'platformActionListItems']);
  if (file.need(list, 'actionListContext') !== 'Record') throw file.fault('only actions of records are supported');
  const items = file.list(list, 'platformActionListItems').map((item) => {
    file.allow(item, ['actionName', 'actionType', 'sortOrder']);
    const type = file.need(item, 'actionType');
    if (type !== 'QuickAction' && type !== 'StandardButton')
      throw file.fault(`actions of the type ${type} are not supported by the simulated org`);
    return { name: file.need(item, 'actionName'), at: file.whole(item, 'sortOrder') };
  });
  return items.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

function relatedListOf(file: MetadataFile, list: Element, parent: SObject, schema: Schema): RelatedList {
  file.allow(list, ['fields', 'relatedList']);
  const name = file.need(list, 'relatedList');
  const found = schema.children(parent).find(({ object, field }) => `${object.name}.${field.name}` === name);
  if (!found) throw file.fault(`Cannot find related list:${name}`);
  const columns = file.list(list, 'fields').map(({ text }) => {
    const path = listColumn(schema, found.object, text)?.path;
    if (!path) throw file.fault(`${found.object.name} has no field ${text}`);
    return path.parents[0]?.field ?? path.field;
  });
  return { ...found, columns };
}

/**
 * The layout that everybody gets: a custom object is made with one called `<label> Layout`, which a deploy fills; one of
 * another name is nobody's until a profile is given it (Metadata API, "Layout").
 * @returns null when none was deployed
 * @throws Error that names the file when it holds what the simulated org does not know
 */
export function readLayout(forceApp: string, object: SObject, schema: Schema): PageLayout | null {
  const label = `${object.label} Layout`;
  const path = join(forceApp, 'layouts', `${object.name}-${label}.layout-meta.xml`);
  if (!existsSync(path)) return null;
  const file = new MetadataFile(path, 'Layout');
  const { root } = file;
  file.allow(root, ['layoutSections', 'platformActionList', 'relatedLists', ...CLASSIC, ...PANELS]);
  return {
    label,
    sections: file.list(root, 'layoutSections').map((section) => sectionOf(file, section, object, schema)),
    actions: actionsOf(file, file.list(root, 'platformActionList')[0]),
    relatedLists: file.list(root, 'relatedLists').map((list) => relatedListOf(file, list, object, schema)),
  };
}

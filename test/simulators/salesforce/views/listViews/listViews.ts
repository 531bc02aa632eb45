import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, MetadataFile } from '../../org/schema/metadata.ts';
import type { Schema } from '../../org/schema/schema.ts';
import type { SObject } from '../../org/types.ts';
import type { Tree } from '../../soql/conditions.ts';
import { criterion, type Test } from '../criteria/criterion.ts';
import { filterLogic } from '../criteria/logic.ts';
import { EVERYBODY, listAudience, type Audience } from '../folders/shares.ts';
import { listColumn, type ListColumn } from './columns.ts';

export type ListFilter = { column: ListColumn; operator: string; value: string; test: Test };
export type ListView = {
  object: SObject;
  developerName: string;
  label: string;
  scope: 'everything' | 'mine' | 'recent';
  columns: ListColumn[];
  filters: ListFilter[];
  logic: Tree<number>;
  /** As it is written. */
  logicText: string | null;
  audience: Audience;
};

const MAX_COLUMNS = 15;
const MAX_FILTERS = 10;

function readListView(schema: Schema, object: SObject, path: string): ListView {
  const file = new MetadataFile(path, 'ListView');
  const { root } = file;
  file.allow(root, ['fullName', 'booleanFilter', 'columns', 'filterScope', 'filters', 'label', 'language', 'sharedTo']);
  const column = (name: string, what: string): ListColumn => {
    const found = listColumn(schema, object, name);
    if (!found) throw file.fault(`Could not resolve list view ${what}: ${name}`);
    return found;
  };
  const columns = file.list(root, 'columns').map(({ text }) => column(text, 'column'));
  if (columns.length > MAX_COLUMNS) throw file.fault(`a list view has at most ${MAX_COLUMNS} columns`);
  const scope = file.need(root, 'filterScope');
  if (scope !== 'Everything' && scope !== 'Mine')
    throw file.fault(`filterScope ${scope} is not supported by the simulated org`);
  if (scope === 'Mine' && !object.fields.has('OwnerId')) throw file.fault(`records of ${object.name} have no owner`);
  const label = file.need(root, 'label');
  if (label.length > 40) throw file.fault('the label of a list view has at most 40 characters');
  const filters = file.list(root, 'filters').map((item): ListFilter => {
    file.allow(item, ['field', 'operation', 'value']);
    const [operator, value] = [file.need(item, 'operation'), file.text(item, 'value') ?? ''];
    const filtered = column(file.need(item, 'field'), 'filter');
    try {
      return { column: filtered, operator, value, test: criterion(filtered.path.field, operator, value) };
    } catch (error) {
      throw file.fault(error instanceof Error ? error.message : String(error));
    }
  });
  if (filters.length > MAX_FILTERS) throw file.fault(`a list view has at most ${MAX_FILTERS} filters`);
  const logicText = file.text(root, 'booleanFilter') ?? null;
  try {
    return {
      ...{ object, developerName: file.need(root, 'fullName'), label, columns, filters, logicText },
      scope: scope === 'Mine' ? 'mine' : 'everything',
      logic: filterLogic(logicText ?? undefined, filters.length),
      audience: listAudience(file),
    };
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(path)) throw error;
    throw file.fault(error instanceof Error ? error.message : String(error));
  }
}

const STANDARD = ['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Campaign', 'Product2'];

/** What every org has; package files of the same name take their place. */
function standardViews(schema: Schema, object: SObject): ListView[] {
  const names = [object.nameField ?? 'Id', ...(object.fields.has('OwnerId') ? ['OWNER.ALIAS'] : [])];
  const named = (name: string): ListColumn =>
    listColumn(schema, object, name) ?? {
      name,
      label: object.fields.get(name)!.label,
      path: { parents: [], object, field: object.fields.get(name)! },
    };
  const plural = object.labelPlural.replaceAll(' ', '');
  const view = (developerName: string, label: string, scope: ListView['scope']): ListView => ({
    ...{ object, developerName, label, scope, columns: names.map(named), filters: [], logicText: null },
    logic: filterLogic(undefined, 0),
    audience: EVERYBODY,
  });
  const recent = view(
    `RecentlyViewed${object.custom ? '' : plural}`,
    `Recently Viewed ${object.labelPlural}`,
    'recent',
  );
  if (object.custom) return [view('All', 'All', 'everything'), recent];
  return [
    view(`All${plural}`, `All ${object.labelPlural}`, 'everything'),
    ...(object.fields.has('OwnerId') ? [view(`My${plural}`, `My ${object.labelPlural}`, 'mine')] : []),
    recent,
  ];
}

/**
 * List views of the metadata, and those that every org has.
 * @throws Error that names the file when something in it is wrong or not supported
 */
export function readListViews(forceApp: string, schema: Schema): ListView[] {
  const root = join(forceApp, 'objects');
  const own = (existsSync(root) ? readdirSync(root).sort() : []).flatMap((name) => {
    const object = schema.object(name);
    if (!object) return [];
    return filesIn(join(root, name, 'listViews')).map((path) => {
      const view = readListView(schema, object, path);
      if (!path.endsWith(`/${view.developerName}.listView-meta.xml`))
        throw new Error(`${path}: holds ${view.developerName}`);
      return view;
    });
  });
  const taken = new Set(own.map((view) => `${view.object.name}.${view.developerName}`));
  const listed = schema.all().filter((object) => object.custom || STANDARD.includes(object.name));
  const standard = listed.flatMap((object) => standardViews(schema, object));
  return [...own, ...standard.filter((view) => !taken.has(`${view.object.name}.${view.developerName}`))];
}

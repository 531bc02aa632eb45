import { describe, expect, it } from 'vitest';
import { customFields, list, objects, packageFiles, readMetadata, type Xml } from './source.ts';

const files = packageFiles();
const ending = (suffix: string): string[] => files.filter((path) => path.endsWith(`.${suffix}-meta.xml`));
const custom = objects().filter((name) => name.endsWith('__c'));
const fields = customFields();
const texts = (parent: Xml, name: string): string[] => list(parent, name).map(String);

describe('lists', () => {
  it.each(custom)('%s has one of all that still stands in billing', (object) => {
    const all = readMetadata(`objects/${object}/listViews/All.listView-meta.xml`);
    const filters = list(all, 'filters').map(({ field, operation, value }) => [field, operation, value].join(' '));
    const canGo = fields.some((field) => field.object === object && field.name === 'Status__c');
    expect(filters).toEqual(canGo ? ['Status__c notEqual Removed'] : []);
  });

  it.each(ending('listView'))('%s names its currency wherever it has an amount', (path) => {
    const object = path.split('/')[1]!;
    const columns = texts(readMetadata(path), 'columns');
    const amounts = columns.filter((name) =>
      fields.some(
        ({ object: of, name: own, xml }) =>
          of === object && own === name && xml['scale'] === '3' && !/Quantity|Limit|Percent/.test(own),
      ),
    );
    if (amounts.length > 0) expect(columns).toContain('Currency_Code__c');
  });
});

describe('page layouts', () => {
  const layouts = ending('layout').map((path) => [path.split('/')[1]!.split('-')[0]!, path] as const);

  it.each(layouts)(
    'that of %s is the one that everybody gets, with every field once and every action',
    (object, path) => {
      const { label } = readMetadata(`objects/${object}/${object}.object-meta.xml`);
      expect(path).toBe(`layouts/${object}-${String(label)} Layout.layout-meta.xml`);
      const layout = readMetadata(path);
      const columns = list(layout, 'layoutSections').flatMap((section) => list(section, 'layoutColumns'));
      const items = columns.flatMap((column) => list(column, 'layoutItems')).map((item) => item['field']);
      const own = fields.filter((field) => field.object === object).map(({ name }) => name);
      expect(items.filter((name) => /__c$|^Name$/.test(String(name))).toSorted()).toEqual(['Name', ...own].toSorted());
      const actions = list(layout, 'platformActionList').flatMap((one) => list(one, 'platformActionListItems'));
      const ofObject = ending('quickAction').flatMap((action) => /\/([^/]+)\.quickAction/.exec(action)?.[1] ?? []);
      expect(actions.map((action) => action['actionName'])).toEqual(
        expect.arrayContaining(ofObject.filter((name) => name.startsWith(`${object}.`))),
      );
    },
  );
});

describe('reports', () => {
  const reports = ending('report');
  const dashboards = ending('dashboard');

  it('are five, with one dashboard', () => {
    expect(reports).toHaveLength(5);
    expect(dashboards).toEqual(['dashboards/Billing_360/Billing_360.dashboard-meta.xml']);
  });

  it.each(reports)('%s says what it is, and adds no two currencies', (path) => {
    const report = readMetadata(path);
    expect(String(report['description'])).toMatch(/\S.{10,}/);
    const sums = list(report, 'columns').filter((column) => column['aggregateTypes'] !== undefined);
    const grouped = [...list(report, 'groupingsDown'), ...list(report, 'groupingsAcross')].map((one) =>
      String(one['field']),
    );
    const byCurrency = grouped.some((name) => /\$(Currency_Code__c|Billing_Currency__c)$/.test(name));
    const converted = sums.every((column) => /_Converted__c$/.test(String(column['field'])));
    expect(byCurrency || converted || sums.length === 0).toBe(true);
    // A total over all groups would add them after all.
    if (sums.length > 0 && !converted) expect(report['showGrandTotal']).toBe('false');
  });

  it('and the dashboard lie in folders that Billing operations alone may look into', () => {
    const folders = files.filter((path) => /Folder-meta\.xml$/.test(path));
    expect(folders).toHaveLength(2);
    for (const path of folders) {
      expect(readMetadata(path)['accessType']).toBeUndefined();
      expect(list(readMetadata(path), 'folderShares')).toEqual([
        { accessLevel: 'View', sharedTo: 'Billing_Operations', sharedToType: 'Group' },
      ]);
    }
    expect(files).toContain('groups/Billing_Operations.group-meta.xml');
  });

  it('are shown as whoever looks sees them', () => {
    expect(dashboards.map((path) => readMetadata(path)['dashboardType'])).toEqual(['LoggedInUser']);
  });
});

describe('tabs', () => {
  const tabs = ending('tab').map((path) => path.replace(/^tabs\/|\.tab-meta\.xml$/g, ''));

  it('all stand in the app, and each is shown to somebody', () => {
    const app = readMetadata('applications/Billing_360.app-meta.xml');
    expect(texts(app, 'tabs').filter((name) => !name.startsWith('standard-'))).toEqual(expect.arrayContaining(tabs));
    const shown = ending('permissionset').flatMap((path) => list(readMetadata(path), 'tabSettings'));
    expect(new Set(shown.map((one) => one['tab']))).toEqual(new Set(tabs));
  });
});

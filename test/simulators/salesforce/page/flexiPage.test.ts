import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { compileSchema } from '../org/schema/compile.ts';
import { readFlexiPage, readRecordPages, standardPage } from './flexiPage.ts';
import { readLayout } from './layout.ts';
import { regionsHtml } from './recordHtml.ts';
import { accountPage, bundle, testPackage, type TestPackage } from './testPages.ts';

const SCRIPT = "import { LightningElement } from 'lwc'; export default class Hello extends LightningElement {}";
const PAGE = 'flexipages/Test_Account.flexipage-meta.xml';

let made: TestPackage | undefined;
afterEach(() => made?.remove());

function laidOut(files: Record<string, string>): { html: string; refused: string[] } {
  made = testPackage({ ...bundle('hello', SCRIPT, 'hello'), ...files });
  const refused: string[] = [];
  const page = readRecordPages(made.forceApp).get('Account')!;
  const schema = compileSchema(made.forceApp);
  const layout = readLayout(made.forceApp, schema.object('Account')!, schema);
  return { html: regionsHtml(made.forceApp, page, layout, (what) => refused.push(what)), refused };
}

test('regions stand in the order of the template, whatever the order in the file', () => {
  const { html, refused } = laidOut(
    accountPage({ sidebar: ['force:detailPanel'], main: ['hello', 'c:hello'], header: ['force:highlightsPanel'] }),
  );
  const order = [...html.matchAll(/data-(?:region|component)="([^"]+)"/g)].map((match) =>
    match[1]?.replaceAll('&#58;', ':'),
  );
  expect(order).toEqual([
    'header',
    'force:highlightsPanel',
    'main',
    'c:hello',
    'c:hello',
    'sidebar',
    'force:detailPanel',
  ]);
  expect(html).toContain('data-columns="main sidebar"');
  expect(refused).toEqual([]);
});

test('components that cannot be shown are named and counted', () => {
  const { html, refused } = laidOut({
    ...accountPage({ main: ['runtime_sales:path', 'c:missing', 'c:hidden'] }),
    'lwc/hidden/hidden.js-meta.xml':
      '<LightningComponentBundle><isExposed>false</isExposed></LightningComponentBundle>',
  });
  expect(html).toContain('runtime_sales:path is not shown: the simulated org does not support it.');
  expect(html).toContain('c:missing is not shown: there is no such component.');
  expect(html).toContain('c:hidden is not shown: it is not exposed to record pages.');
  expect(html).not.toContain('data-component');
  expect(refused).toHaveLength(3);
});

test('properties have the types that the bundle declares', () => {
  const config = `<LightningComponentBundle><isExposed>true</isExposed><targets><target>lightning__RecordPage</target></targets>
    <targetConfigs><targetConfig targets="lightning__RecordPage"><objects><object>Account</object></objects>
    <property name="rows" type="Integer" default="5"/><property name="compact" type="Boolean"/><property name="title" type="String" default="Hi"/>
    </targetConfig></targetConfigs></LightningComponentBundle>`;
  const page = accountPage({ main: ['c:hello'] })[PAGE]!;
  const given =
    '<componentInstanceProperties><name>compact</name><value>true</value></componentInstanceProperties><componentName>';
  const { html } = laidOut({ [PAGE]: page.replace('<componentName>', given), 'lwc/hello/hello.js-meta.xml': config });
  const json = /data-properties="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#34;', '"');
  expect(JSON.parse(json ?? '')).toEqual({ rows: 5, compact: true, title: 'Hi' });
});

test('tabs are facets', () => {
  const property = (name: string, value: string) =>
    `<componentInstanceProperties><name>${name}</name><value>${value}</value></componentInstanceProperties>`;
  const item = (name: string, properties = '') =>
    `<itemInstances><componentInstance>${properties}<componentName>${name}</componentName></componentInstance></itemInstances>`;
  const region = (name: string, type: string, items: string) =>
    `<flexiPageRegions>${items}<name>${name}</name><type>${type}</type></flexiPageRegions>`;
  const regions =
    region('main', 'Region', item('flexipage:tabset', property('tabs', 'Facet-tabs'))) +
    region(
      'Facet-tabs',
      'Facet',
      item('flexipage:tab', property('title', 'Standard.Tab.detail') + property('body', 'Facet-1')),
    ) +
    region('Facet-1', 'Facet', item('force:detailPanel'));
  const { html, refused } = laidOut({
    [PAGE]: accountPage({})[PAGE]!.replace('<masterLabel>', `${regions}<masterLabel>`),
  });
  expect(html).toMatch(/role="tab"[^>]*>Details<\/a>/);
  expect(html).toContain('force');
  expect(refused).toEqual([]);
});

test('an unknown template, region or facet is refused with the name of the file', () => {
  const page = accountPage({ main: [] })[PAGE]!;
  made = testPackage({
    'flexipages/Template.flexipage-meta.xml': page.replace('recordHomeTemplateDesktop', 'nonsense'),
    'flexipages/Region.flexipage-meta.xml': page.replace('<name>main', '<name>nonsense'),
  });
  for (const name of ['Template', 'Region']) {
    const path = join(made.forceApp, `flexipages/${name}.flexipage-meta.xml`);
    expect(() => readFlexiPage(path)).toThrow(path);
  }
});

test('an object without a page gets highlights, details and related lists', () => {
  expect(standardPage('Case').regions.flatMap(({ items }) => items)).toMatchObject([
    { name: 'force:highlightsPanel' },
    { name: 'force:detailPanel' },
    { name: 'force:relatedListContainer' },
  ]);
});

const action = (content: string): string =>
  `<QuickAction>${content}<optionsCreateFeedItem>false</optionsCreateFeedItem></QuickAction>`;
const FLOW_ACTION = '<flowDefinition>Billing_Refresh</flowDefinition><label>Refresh</label><type>Flow</type>';
const withActions = (names: readonly string[], enabled = true): Record<string, string> => {
  const items = names.map((name) => `<valueListItems><value>${name}</value></valueListItems>`).join('');
  const lists = `<componentInstanceProperties><name>actionNames</name><valueList>${items}</valueList></componentInstanceProperties>`;
  const flag = `<componentInstanceProperties><name>enableActionsConfiguration</name><value>${enabled}</value></componentInstanceProperties>`;
  const page = accountPage({ header: ['force:highlightsPanel'] })[PAGE]!;
  return {
    [PAGE]: page.replace('<componentName>', `${lists}${flag}<componentName>`),
    'quickActions/Account.Refresh.quickAction-meta.xml': action(FLOW_ACTION),
    'quickActions/Case.Refresh.quickAction-meta.xml': action(FLOW_ACTION),
    'quickActions/Account.Create.quickAction-meta.xml': action('<label>New</label><type>Create</type>'),
    'quickActions/Account.Lost.quickAction-meta.xml': action(FLOW_ACTION.replace('Billing_Refresh', 'Nonsense')),
  };
};

test('the highlights show the flow actions that the page names; one that cannot be shown is counted', () => {
  const { html, refused } = laidOut(
    withActions(['Edit', 'Account.Refresh', 'Case.Refresh', 'Account.Create', 'Account.Lost', 'Account.None']),
  );
  expect(html).toContain('{&#34;name&#34;:&#34;Account.Refresh&#34;');
  expect(html.match(/&#34;flow&#34;/g)).toHaveLength(1);
  expect(refused.map((what) => what.split(': ').at(-1))).toEqual([
    'it is no action of Account',
    'only actions of type Flow are supported',
    'there is no flow Nonsense',
    'there is no such quick action',
  ]);
});

const layoutWith = (...actions: readonly (readonly [type: string, name: string])[]): Record<string, string> => ({
  'layouts/Account-Account Layout.layout-meta.xml': `<Layout><platformActionList><actionListContext>Record</actionListContext>${actions
    .map(
      ([type, name], at) =>
        `<platformActionListItems><actionName>${name}</actionName><actionType>${type}</actionType><sortOrder>${actions.length - at}</sortOrder></platformActionListItems>`,
    )
    .join('')}</platformActionList></Layout>`,
});

test('actions of a page that does not configure them are those of the layout, in its order', () => {
  const files = withActions(['Account.Lost'], false);
  const { html, refused } = laidOut({
    ...files,
    'quickActions/Account.Second.quickAction-meta.xml': files['quickActions/Account.Refresh.quickAction-meta.xml']!,
    ...layoutWith(['QuickAction', 'Account.Second'], ['StandardButton', 'Delete'], ['QuickAction', 'Account.Refresh']),
  });
  expect(html.match(/Account\.\w+/g)).toEqual(['Account.Refresh', 'Account.Second']);
  expect(html).toContain('&#34;withoutEdit&#34;:true');
  expect(refused).toEqual([]);
});

test('an action of the layout that cannot be shown is counted', () => {
  const { html, refused } = laidOut({
    ...withActions([], false),
    ...layoutWith(['StandardButton', 'Edit'], ['QuickAction', 'Account.None']),
  });
  expect(html).toContain('&#34;withoutEdit&#34;:false');
  expect(refused).toEqual(['action Account.None of the layout Account Layout: there is no such quick action']);
});

test('without actions of a page or a layout there is Edit alone', () => {
  const { html, refused } = laidOut(withActions(['Account.Refresh'], false));
  expect(html).toContain('{&#34;actions&#34;:[],&#34;withoutEdit&#34;:false}');
  expect(refused).toEqual([]);
});

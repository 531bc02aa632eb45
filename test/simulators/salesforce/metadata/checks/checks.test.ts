import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, customObject, metadataFile, MetadataOrg, textField } from '../testing.ts';

const COMPONENT = "import { LightningElement } from 'lwc';\nexport default class Thing extends LightningElement {}\n";
const OBJECTS = {
  'objects/Thing__c.object': customObject(
    'Thing',
    `${textField('Colour__c')}<fields><fullName>Account__c</fullName><label>Account</label><referenceTo>Account</referenceTo><relationshipName>Things</relationshipName><type>Lookup</type></fields>`,
  ),
  'customPermissions/Paint.customPermission': metadataFile(
    'CustomPermission',
    '<isLicensed>false</isLicensed><label>Paint</label>',
  ),
  'labels/CustomLabels.labels': metadataFile(
    'CustomLabels',
    '<labels><fullName>Hello</fullName><language>en_US</language><protected>false</protected><shortDescription>x</shortDescription><value>Hello</value></labels>',
  ),
  ...bundle('shown', COMPONENT, '<template><p>x</p></template>', true),
  ...bundle('hidden', COMPONENT, '<template><p>x</p></template>'),
};

const page = (component: string, rest = '', object = 'Thing__c'): Record<string, string> => ({
  'flexipages/Page.flexipage': metadataFile(
    'FlexiPage',
    `<flexiPageRegions><itemInstances>${component}</itemInstances><name>main</name><type>Region</type></flexiPageRegions>${rest}<masterLabel>Page</masterLabel><sobjectType>${object}</sobjectType><template><name>flexipage:recordHomeSingleColNoHeaderTemplateDesktop</name></template><type>RecordPage</type>`,
  ),
});
const component = (name: string, inside = ''): string =>
  `<componentInstance>${inside}<componentName>${name}</componentName><identifier>one</identifier></componentInstance>`;
const layout = (item: string, rest = '', name = 'Name'): Record<string, string> => ({
  'layouts/Thing__c-Thing Layout.layout': metadataFile(
    'Layout',
    `<layoutSections><customLabel>false</customLabel><detailHeading>false</detailHeading><editHeading>true</editHeading><label>Main</label><layoutColumns>${[item, name].map((field) => `<layoutItems><behavior>Edit</behavior><field>${field}</field></layoutItems>`).join('')}</layoutColumns><style>OneColumn</style></layoutSections>${rest}`,
  ),
});
const listView = (column: string): Record<string, string> => ({
  'objects/Thing__c.object': metadataFile(
    'CustomObject',
    `<listViews><fullName>All</fullName><columns>${column}</columns><filterScope>Everything</filterScope><label>All</label></listViews>`,
  ),
});
const report = (column: string, folder = 'Billing'): Record<string, string> => ({
  'reports/Billing-meta.xml': metadataFile('ReportFolder', '<name>Billing</name>'),
  [`reports/${folder}/Things.report`]: metadataFile(
    'Report',
    `<columns><field>${column}</field></columns><format>Tabular</format><name>Things</name><reportType>CustomEntity$Thing__c</reportType><scope>organization</scope><showDetails>true</showDetails><timeFrameFilter><dateColumn>CUST_CREATED_DATE</dateColumn><interval>INTERVAL_CUSTOM</interval></timeFrameFilter>`,
  ),
});
const reportType = (table: string, field: string): Record<string, string> => ({
  'reportTypes/Things.reportType': metadataFile(
    'ReportType',
    `<baseObject>Account</baseObject><category>accounts</category><deployed>true</deployed><description>x</description><join><outerJoin>false</outerJoin><relationship>Things__r</relationship></join><label>Things</label><sections><columns><checkedByDefault>true</checkedByDefault><field>${field}</field><table>${table}</table></columns><masterLabel>Things</masterLabel></sections>`,
  ),
});
const member = (channel: string, entity: string, enriched = ''): Record<string, string> => ({
  'platformEventChannels/Things__chn.platformEventChannel': metadataFile(
    'PlatformEventChannel',
    '<channelType>data</channelType><label>Things</label>',
  ),
  'platformEventChannelMembers/Things_chn_Thing.platformEventChannelMember': metadataFile(
    'PlatformEventChannelMember',
    `${enriched}<eventChannel>${channel}</eventChannel><selectedEntity>${entity}</selectedEntity>`,
  ),
});
const tab = {
  'tabs/Thing__c.tab': metadataFile('CustomTab', '<customObject>true</customObject><motif>Custom1: Heart</motif>'),
};
const app = (name: string): Record<string, string> => ({
  'applications/Things.app': metadataFile(
    'CustomApplication',
    `<label>Things</label><navType>Standard</navType><tabs>standard-Account</tabs><tabs>${name}</tabs><uiType>Lightning</uiType>`,
  ),
});
const quickAction = (content: string, type: string): Record<string, string> => ({
  'quickActions/Thing__c.Act.quickAction': metadataFile(
    'QuickAction',
    `${content}<label>Act</label><optionsCreateFeedItem>false</optionsCreateFeedItem><type>${type}</type>`,
  ),
});

let org: MetadataOrg;
beforeAll(async () => {
  org = await MetadataOrg.start();
  expect(await org.deploy(OBJECTS)).toMatchObject({ failures: [] });
});
afterAll(() => org.close());

/** Only tried, so that every test finds the same org. */
const tried = (files: Record<string, string>) => org.deploy(files, { checkOnly: true });

describe('a component that refers to what the org has is taken', () => {
  it.each<[string, Record<string, string>]>([
    ['a page', page(component('c:shown'))],
    ['a page with a component of the platform', page(component('force:detailPanel'))],
    ['a layout', layout('Colour__c')],
    ['a list view', listView('Colour__c')],
    ['a report', report('Thing__c$Colour__c')],
    ['a report type', reportType('Account.Things__r', 'Colour__c')],
    [
      'a member of a channel',
      member('Things__chn', 'Thing__ChangeEvent', '<enrichedFields><name>Colour__c</name></enrichedFields>'),
    ],
    ['an app with its tab', { ...tab, ...app('Thing__c') }],
    ['an action', quickAction('<lightningWebComponent>shown</lightningWebComponent>', 'LightningWebComponent')],
  ])('%s', async (_what, files) => {
    expect(await tried(files)).toMatchObject({ status: 'Succeeded', failures: [] });
  });
});

describe('a component that refers to what the org lacks is refused', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a page for an unknown object',
      page(component('c:shown'), '', 'Shoe__c'),
      /^In field: sobjectType - no CustomObject named Shoe__c/,
    ],
    [
      'a page with an unknown component',
      page(component('c:nothing')),
      /design time component information for component c:nothing/,
    ],
    [
      'a page with a component that is not exposed',
      page(component('hidden')),
      /'c:hidden' component isn't available for RecordPage/,
    ],
    [
      'a page with an unknown facet',
      page(
        component(
          'flexipage:tabset',
          '<componentInstanceProperties><name>tabs</name><value>Facet-1</value></componentInstanceProperties>',
        ),
      ),
      /Facet-1/,
    ],
    [
      'a page with a field that is not there',
      page('<fieldInstance><fieldItem>Record.Shape__c</fieldItem><identifier>f</identifier></fieldInstance>'),
      /Thing__c.Shape__c/,
    ],
    [
      'a page with an identifier twice',
      page(`${component('c:shown')}</itemInstances><itemInstances>${component('c:shown')}`),
      /The identifier 'one' is used more than once/,
    ],
    ['a layout with an unknown field', layout('Shape__c'), /^In field: field - no CustomField named Thing__c.Shape__c/],
    [
      'a layout with an unknown list',
      layout('Colour__c', '<relatedLists><relatedList>Shoe__c.Thing__c</relatedList></relatedLists>'),
      /^Cannot find related list:Shoe__c.Thing__c/,
    ],
    [
      'a layout with an unknown action',
      layout(
        'Colour__c',
        '<platformActionList><actionListContext>Record</actionListContext><platformActionListItems><actionName>Thing__c.Nothing</actionName><actionType>QuickAction</actionType><sortOrder>0</sortOrder></platformActionListItems></platformActionList>',
      ),
      /^In field: actionName - no QuickAction named Thing__c.Nothing found/,
    ],
    [
      'a layout without the name',
      layout('Colour__c', '', 'OwnerId'),
      /^Layout must contain an item for required layout field: Name/,
    ],
    ['a list view with an unknown column', listView('Shape__c'), /^Could not resolve list view column: Shape__c/],
    ['a report with an unknown column', report('Thing__c$Shape__c'), /^Invalid field name:Thing__c\$Shape__c/],
    ['a report in an unknown folder', report('Thing__c$Colour__c', 'Shoes'), /^Cannot find folder:Shoes/],
    [
      'a report type with an unknown field',
      reportType('Account.Things__r', 'Shape__c'),
      /^Invalid field Thing__c.Shape__c/,
    ],
    [
      'a report type with an unknown list',
      reportType('Account.Shoes__r', 'Colour__c'),
      /^Invalid table Account.Shoes__r/,
    ],
    [
      'a member of an unknown channel',
      member('Shoes__chn', 'Thing__ChangeEvent'),
      /^Unable to find the specified channel/,
    ],
    ['a member for an unknown object', member('Things__chn', 'Shoe__ChangeEvent'), /references an invalid event/],
    [
      'a member with an unknown field',
      member('Things__chn', 'Thing__ChangeEvent', '<enrichedFields><name>Shape__c</name></enrichedFields>'),
      /^The selected field, Shape__c, isn't valid/,
    ],
    ['an app with an unknown tab', app('Shoe__c'), /^In field: tab - no CustomTab named Shoe__c found/],
    ['a tab of an unknown object', { 'tabs/Shoe__c.tab': tab['tabs/Thing__c.tab'] }, /no CustomObject named Shoe__c/],
    [
      'an action with an unknown flow',
      quickAction('<flowDefinition>Shoe</flowDefinition>', 'Flow'),
      /no Flow named Shoe found/,
    ],
    [
      'an action for an unknown object',
      quickAction('<targetObject>Shoe__c</targetObject>', 'Create'),
      /no CustomObject named Shoe__c/,
    ],
  ])('%s', async (_what, files, problem) => {
    const { status, failures } = await tried(files);
    expect(status).toBe('Failed');
    expect(failures[0]!.problem).toMatch(problem);
  });
});

describe('a bundle', () => {
  const script = (text: string, name = 'made') => bundle(name, `${text}\n${COMPONENT}`);
  const configuration = bundle('made', '')['lwc/made/made.js-meta.xml']!;
  const dynamic = {
    'lwc/made/made.js-meta.xml': configuration.replace(
      '<isExposed>',
      '<capabilities><capability>lightning__dynamicComponent</capability></capabilities><isExposed>',
    ),
  };

  it('is taken with all that it may import', async () => {
    const files = script(
      [
        "import { NavigationMixin } from 'lightning/navigation';",
        "import COLOUR from '@salesforce/schema/Thing__c.Colour__c';",
        "import ACCOUNT from '@salesforce/schema/Thing__c.Account__r.Name';",
        "import HELLO from '@salesforce/label/c.Hello';",
        "import PAINT from '@salesforce/customPermission/Paint';",
        "import ID from '@salesforce/user/Id';",
        "import { colour } from './colours';",
        "import type { Shade } from './nowhere';",
        'export const all: unknown[] = [NavigationMixin, COLOUR, ACCOUNT, HELLO, PAINT, ID, colour as Shade];',
      ].join('\n'),
    );
    const { failures } = await tried({
      ...files,
      'lwc/made/colours.ts': 'export const colour = 1;\n',
      'lwc/made/made.html': '<template><c-shown></c-shown><lightning-card></lightning-card></template>',
      'lwc/made/made.css': '.a { color: red; }',
    });
    expect(failures).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['does not compile', script('@api x;'), /^\[Line: \d+, Col: \d+\] /],
    ['uses an enum', script('enum Day { Monday }'), /^\[Line: 1, Col: 1\] TypeScript enum is not supported/],
    ['is no TypeScript', script('const x: = 1;'), /^\[Line: 1, Col: \d+\] /],
    [
      'has a template that does not compile',
      { ...script(''), 'lwc/made/made.html': '<template>\n<p>{a()}</p></template>' },
      /^\[Line: 2, Col: \d+\] .*LWC1060/,
    ],
    [
      'has styles that are none',
      { ...script(''), 'lwc/made/made.css': '.a {' },
      /^\[Line: 1, Col: \d+\] .*Unclosed block/,
    ],
    [
      'uses an unknown component',
      { ...script(''), 'lwc/made/made.html': '<template><c-shoe></c-shoe></template>' },
      /No MODULE named markup:\/\/c:shoe found : \[markup:\/\/c:made\]/,
    ],
    [
      'instantiates a component dynamically without the capability',
      { ...script(''), 'lwc/made/made.html': '<template><lwc:component lwc:is={part}></lwc:component></template>' },
      /Invalid dynamic components usage/,
    ],
    [
      'imports dynamically without the capability',
      script("export const load = () => import('c/shown');"),
      /Dynamic imports need the capability lightning__dynamicComponent/,
    ],
    [
      'imports an unknown bundle dynamically',
      { ...script("export const load = () => import('c/shoe');"), ...dynamic },
      /No MODULE named markup:\/\/c:shoe found/,
    ],
    ['imports an unknown bundle', script("import { x } from 'c/shoe';"), /No MODULE named markup:\/\/c:shoe found/],
    [
      'imports an unknown module of the platform',
      script("import { x } from 'lightning/shoe';"),
      /No MODULE named markup:\/\/lightning:shoe found/,
    ],
    ['imports a package', script("import { x } from 'lodash';"), /No MODULE named markup:\/\/lodash found/],
    ['imports a file that it lacks', script("import { x } from './shoe';"), /Unable to resolve .\/shoe in made.ts/],
    [
      'names an unknown field',
      script("import X from '@salesforce/schema/Thing__c.Shape__c';"),
      /Invalid reference Thing__c.Shape__c of type sobjectField in file made.ts/,
    ],
    [
      'names an unknown object',
      script("import X from '@salesforce/schema/Shoe__c';"),
      /Invalid reference Shoe__c of type sobject in file/,
    ],
    [
      'names an unknown label',
      script("import X from '@salesforce/label/c.Bye';"),
      /Invalid reference c.Bye of type label in file/,
    ],
    [
      'names an unknown permission',
      script("import X from '@salesforce/customPermission/Bye';"),
      /Invalid reference Bye of type customPermission/,
    ],
    [
      'calls Apex',
      script("import X from '@salesforce/apex/Shoes.get';"),
      /Unable to find Apex action class referenced as 'Shoes'/,
    ],
    [
      'has no code',
      { 'lwc/made/made.js-meta.xml': bundle('made', '')['lwc/made/made.js-meta.xml']! },
      /^Cannot find Lightning Component Bundle made/,
    ],
    ['has no configuration', { 'lwc/made/made.ts': COMPONENT }, /^No configuration file made.js-meta.xml found/],
  ])('is refused when it %s', async (_what, files, problem) => {
    const { status, failures } = await tried(files);
    expect(status).toBe('Failed');
    expect(failures).toMatchObject([{ fullName: 'made', problem: expect.stringMatching(problem) as string }]);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import type { Access } from '../org/types.ts';
import { compileSchema } from '../org/schema/compile.ts';
import { contentOf, type PageContent } from './fields.ts';
import { readLayout } from './layout.ts';
import { testPackage, type TestPackage } from './testPages.ts';

const FILE = 'layouts/Billing_Link__c-Billing Link Layout.layout-meta.xml';
const item = (field: string, behavior = 'Readonly') =>
  `<layoutItems><behavior>${behavior}</behavior><field>${field}</field></layoutItems>`;
const section = (label: string, columns: readonly string[], style = 'TwoColumnsLeftToRight', heading = true) =>
  `<layoutSections><customLabel>true</customLabel><detailHeading>${heading}</detailHeading><editHeading>true</editHeading><label>${label}</label>${columns.map((items) => `<layoutColumns>${items}</layoutColumns>`).join('')}<style>${style}</style></layoutSections>`;
const layout = (content: string) => `<Layout>${content}</Layout>`;

let made: TestPackage | undefined;
afterEach(() => made?.remove());

/** What a page of the object shows to somebody who may read and change everything but the fields that are hidden. */
function shown(xml: string, hidden: readonly string[] = [], file = FILE): PageContent & { ofLayout: boolean } {
  made = testPackage({ [file]: layout(xml) });
  const schema = compileSchema(made.forceApp);
  const object = schema.object(file.split('/')[1]!.split('-')[0]!)!;
  const access = {
    readsObject: (name: string) => !hidden.includes(name),
    readsField: (name: string, field: string) => !hidden.includes(`${name}.${field}`),
    editsObject: () => true,
    editsField: () => true,
  } as unknown as Access;
  const org = { object: schema.object.bind(schema), field: schema.field.bind(schema) };
  const read = readLayout(made.forceApp, object, schema);
  return { ...contentOf(org as never, access, object, read), ofLayout: read !== null };
}

describe('a page layout', () => {
  const both = section('Choice', [item('Name', 'Required') + item('State__c'), item('Dismissed__c', 'Edit')]);

  test('gives the details their sections and columns, and Edit the fields that it lets change', () => {
    const page = shown(both + section('More', [item('Email__c', 'Required')], 'OneColumn', false));
    expect(page.sections).toEqual([
      { heading: 'Choice', columns: [['Name', 'State__c'], ['Dismissed__c']] },
      { heading: null, columns: [['Email__c']] },
    ]);
    expect(page.form).toEqual(['Name', 'State__c', 'Dismissed__c', 'Email__c']);
    expect(page.fields.map(({ name, editable, required }) => [name, editable, required])).toEqual([
      ['Name', true, true],
      ['State__c', false, false],
      ['Dismissed__c', true, false],
      ['Email__c', true, true],
    ]);
    expect(page.highlights).toEqual([]);
  });

  test('shows no field that may not be read, and no section that has none', () => {
    const page = shown(both + section('Who', [item('Email__c')]), [
      'Billing_Link__c.State__c',
      'Billing_Link__c.Email__c',
    ]);
    expect(page.sections).toEqual([{ heading: 'Choice', columns: [['Name'], ['Dismissed__c']] }]);
    expect(page.fields.map(({ name }) => name)).toEqual(['Name', 'Dismissed__c']);
  });

  test('of another name than the one that the object is made with is nobody’s', () => {
    const page = shown(both, [], 'layouts/Billing_Link__c-For managers.layout-meta.xml');
    expect(page.ofLayout).toBe(false);
    expect(page.fields.length).toBeGreaterThan(10);
  });

  test('lists what refers to the record, for those who may read it', () => {
    const file = 'layouts/Billing_Sync_Failure__c-Billing Sync Failure Layout.layout-meta.xml';
    const list =
      '<relatedLists><fields>NAME</fields><fields>Account__c</fields><fields>CREATED_DATE</fields><relatedList>Billing_Request__c.Sync_Failure__c</relatedList></relatedLists>';
    const lists = (...hidden: string[]) =>
      shown(list, hidden, file).relatedLists.map(({ id, columns }) => [id, ...columns.map(({ name }) => name)]);
    expect(lists()).toEqual([['Billing_Requests__r', 'Name', 'Account__c', 'CreatedDate']]);
    expect(lists('Billing_Request__c.Account__c')).toEqual([['Billing_Requests__r', 'Name', 'CreatedDate']]);
    expect(lists('Billing_Request__c')).toEqual([]);
    expect(lists('Billing_Request__c.Sync_Failure__c')).toEqual([]);
  });

  test.each([
    ['a field that is not there', section('A', [item('Shape__c')]), /has no field Shape__c/],
    ['a behavior that nobody knows', section('A', [item('Name', 'Hidden')]), /behavior Hidden/],
    ['more columns than its style has', section('A', [item('Name'), item('State__c')], 'OneColumn'), /2 columns/],
    ['a style that is not drawn', section('A', [], 'CustomLinks'), /style CustomLinks/],
    ['a list of nothing', '<relatedLists><relatedList>Account.Parent</relatedList></relatedLists>', /related list/],
    ['what is not drawn', '<customButtons>Go</customButtons>', /<customButtons> is not supported/],
  ])('with %s is refused by the name of its file', (_what, xml, problem) => {
    const refusal = new RegExp(`Billing_Link__c-Billing Link Layout.*${problem.source}`);
    expect(() => shown(xml)).toThrow(refusal);
  });
});

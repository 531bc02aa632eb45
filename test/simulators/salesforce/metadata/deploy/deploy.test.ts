import { strToU8, zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OrgMetadata } from '../orgMetadata.ts';
import { bundle, customObject, manifest, metadataFile, MetadataOrg, textField } from '../testing.ts';
import { deployOptions } from './options.ts';

const THING = { 'objects/Thing__c.object': customObject('Thing', textField('Colour__c')) };
const permissions = (field: string): string =>
  metadataFile(
    'PermissionSet',
    `<fieldPermissions><editable>true</editable><field>${field}</field><readable>true</readable></fieldPermissions><label>Painters</label><objectPermissions><allowCreate>false</allowCreate><allowDelete>false</allowDelete><allowEdit>false</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Thing__c</object><viewAllRecords>false</viewAllRecords></objectPermissions>`,
  );
const PAINTERS = { 'permissionsets/Painters.permissionset': permissions('Thing__c.Colour__c') };

let org: MetadataOrg;
beforeAll(async () => {
  org = await MetadataOrg.start();
});
afterEach(async () => {
  await org.switch('reset', {});
});
afterAll(() => org.close());

const admin = () => ({ userId: org.sim.org.userNamed(org.sim.usernames.admin)!.Id });
/** Nobody may fill a new field before it is granted, not even an admin. */
function insertThings(...colours: string[]): void {
  const painters = org.sim.org.all('PermissionSet').find(({ Name }) => Name === 'Painters')!;
  const assignment = { AssigneeId: admin().userId, PermissionSetId: painters.Id };
  org.sim.org.insert('PermissionSetAssignment', [assignment], admin());
  org.sim.org.insert(
    'Thing__c',
    colours.map((Colour__c) => ({ Name: 'x', Colour__c })),
    admin(),
  );
}

describe('a deploy that succeeds', () => {
  it('tells each component with the file it lies in, and the manifest', async () => {
    const { status, successes } = await org.deploy({ ...THING, ...PAINTERS });
    expect(status).toBe('Succeeded');
    expect(successes.map(({ componentType, fullName, fileName }) => [componentType, fullName, fileName])).toEqual([
      ['CustomObject', 'Thing__c', 'objects/Thing__c.object'],
      ['CustomField', 'Thing__c.Colour__c', 'objects/Thing__c.object'],
      ['PermissionSet', 'Painters', 'permissionsets/Painters.permissionset'],
      ['', 'package.xml', 'package.xml'],
    ]);
  });

  it('says what it made, changed and left alone', async () => {
    const first = await org.deploy(THING);
    const again = await org.deploy(THING);
    const other = await org.deploy({ 'objects/Thing__c.object': customObject('Thing', textField('Colour__c', 90)) });
    const flags = ({ successes }: typeof first) =>
      successes.slice(0, 2).map(({ created, changed }) => ({ created: String(created), changed: String(changed) }));
    expect(flags(first)).toEqual([
      { created: 'true', changed: 'true' },
      { created: 'true', changed: 'true' },
    ]);
    expect(flags(again)).toEqual([
      { created: 'false', changed: 'false' },
      { created: 'false', changed: 'false' },
    ]);
    expect(flags(other)[1]).toEqual({ created: 'false', changed: 'true' });
  });

  it('adds to what the org has: fields and settings that are not sent stay', async () => {
    await org.deploy({ ...THING, ...PAINTERS });
    insertThings('red');
    const { status } = await org.deploy({
      'objects/Thing__c.object': metadataFile('CustomObject', textField('Size__c')),
    });
    expect(status).toBe('Succeeded');
    expect(org.sim.org.object('Thing__c')).toMatchObject({ label: 'Thing' });
    expect(org.sim.org.all('Thing__c')[0]).toMatchObject({ Colour__c: 'red' });
    expect([...org.sim.org.object('Thing__c')!.fields.keys()]).toEqual(
      expect.arrayContaining(['Colour__c', 'Size__c']),
    );
  });

  it('leaves the org alone when it is only a trial', async () => {
    expect(await org.deploy(THING, { checkOnly: true })).toMatchObject({ status: 'Succeeded' });
    expect(org.sim.org.object('Thing__c')).toBeUndefined();
  });

  it('is seen at once by REST, GraphQL and UI API, by whom it was granted to', async () => {
    await org.deploy({ ...THING, ...PAINTERS });
    insertThings('red');
    const connection = org.as();
    expect((await connection.query('SELECT Colour__c FROM Thing__c')).records).toMatchObject([{ Colour__c: 'red' }]);
    const query = '{ uiapi { query { Thing__c { edges { node { Colour__c { value } } } } } } }';
    expect(await connection.requestPost('/services/data/v66.0/graphql', { query })).toMatchObject({
      data: { uiapi: { query: { Thing__c: { edges: [{ node: { Colour__c: { value: 'red' } } }] } } } },
    });
    expect(await connection.request('/services/data/v66.0/ui-api/object-info/Thing__c')).toMatchObject({
      fields: { Colour__c: { apiName: 'Colour__c' } },
    });
  });
});

describe('a deploy that fails', () => {
  it('keeps nothing, and tells what would have worked', async () => {
    const { status, failures, successes } = await org.deploy({ ...THING, 'flows/Broken.flow': '<Flow>' });
    expect(status).toBe('Failed');
    expect(failures).toHaveLength(1);
    expect(successes.map((one) => one.fullName)).toContain('Thing__c.Colour__c');
    expect(org.sim.org.object('Thing__c')).toBeUndefined();
  });

  it('keeps what works when it need not be all or nothing', async () => {
    const { status } = await org.deploy({ ...THING, 'flows/Broken.flow': '<Flow>' }, { rollbackOnError: false });
    expect(status).toBe('SucceededPartial');
    expect(org.sim.org.object('Thing__c')).toBeDefined();
  });

  it('tells every failing component, also those that need one of them', async () => {
    const { failures } = await org.deploy({
      'objects/Thing__c.object': customObject('Thing', textField('Colour__c', 999)),
      ...PAINTERS,
      ...bundle('painter', "import COLOUR from '@salesforce/schema/Thing__c.Colour__c';\nexport default COLOUR;\n"),
    });
    expect(failures.map(({ fullName }) => fullName).sort()).toEqual(['Painters', 'Thing__c.Colour__c', 'painter']);
  });

  const field = (rest: string): string =>
    customObject('Thing', `<fields><fullName>F__c</fullName><label>F</label>${rest}</fields>`);
  const rule = (formula: string): string =>
    customObject(
      'Thing',
      `${textField('Colour__c')}<validationRules><fullName>R</fullName><active>true</active><errorConditionFormula>${formula}</errorConditionFormula><errorMessage>No.</errorMessage></validationRules>`,
    );

  it.each<[string, Record<string, string>, { fullName: string; problem: RegExp; line?: number }]>([
    [
      'XML that does not end',
      { 'permissionsets/P.permissionset': '<PermissionSet>\n<label>x</PermissionSet>' },
      { fullName: 'P', problem: /^Error parsing file: The element type "label" must be terminated/, line: 2 },
    ],
    [
      'another root',
      { 'permissionsets/P.permissionset': metadataFile('Profile', '<custom>true</custom>') },
      { fullName: 'P', problem: /Profile invalid at this location/, line: 2 },
    ],
    [
      'a root without its namespace',
      { 'permissionsets/P.permissionset': '<PermissionSet><label>x</label></PermissionSet>' },
      { fullName: 'P', problem: /Element \{\}PermissionSet invalid/ },
    ],
    [
      'an unknown element',
      { 'objects/Thing__c.object': field('<shoeSize>1</shoeSize><type>Text</type>') },
      { fullName: 'Thing__c', problem: /metadata\}shoeSize invalid at this location in type CustomField$/, line: 3 },
    ],
    [
      'an element given twice',
      { 'objects/Thing__c.object': field('<label>G</label><type>Text</type>') },
      { fullName: 'Thing__c', problem: /Element label is duplicated at this location in type CustomField/ },
    ],
    [
      'a value that the type does not have',
      { 'objects/Thing__c.object': field('<type>Txet</type>') },
      { fullName: 'Thing__c', problem: /'Txet' is not a valid value for the enum 'FieldType'/ },
    ],
    [
      'a number that is none',
      { 'objects/Thing__c.object': field('<length>ten</length><type>Text</type>') },
      { fullName: 'Thing__c', problem: /For input string: "ten"/ },
    ],
    [
      'a missing element',
      { 'flexipages/Page.flexipage': metadataFile('FlexiPage', '<masterLabel>x</masterLabel><type>RecordPage</type>') },
      { fullName: 'Page', problem: /Required field is missing: template/ },
    ],
    [
      'a field without a name',
      { 'objects/Thing__c.object': customObject('Thing', '<fields><label>F</label></fields>') },
      { fullName: 'Thing__c', problem: /Required field is missing: fullName/ },
    ],
    [
      'a lookup to nothing',
      { 'objects/Thing__c.object': field('<referenceTo>Nobody__c</referenceTo><type>Lookup</type>') },
      { fullName: 'Thing__c.F__c', problem: /^referenceTo value of 'Nobody__c' does not resolve/ },
    ],
    [
      'a rule on an unknown field',
      { 'objects/Thing__c.object': rule('ISBLANK(Shape__c)') },
      { fullName: 'Thing__c.R', problem: /Shape__c/ },
    ],
    [
      'a field of an object that is not there',
      { 'objects/Nothing.object': metadataFile('CustomObject', textField('F__c')) },
      { fullName: 'Nothing', problem: /^no CustomObject named Nothing found/ },
    ],
    [
      'a permission on an unknown field',
      { ...THING, 'permissionsets/P.permissionset': permissions('Thing__c.Shape__c') },
      { fullName: 'P', problem: /^In field: field - no CustomField named Thing__c.Shape__c found/ },
    ],
    [
      'a permission on an unknown object',
      { 'permissionsets/P.permissionset': permissions('Thing__c.Colour__c') },
      { fullName: 'P', problem: /no CustomObject named Thing__c found/ },
    ],
    [
      'a permission on a required field',
      {
        'objects/Thing__c.object': customObject('Thing', textField('Colour__c', 80, '<required>true</required>')),
        'permissionsets/P.permissionset': permissions('Thing__c.Colour__c'),
      },
      { fullName: 'P', problem: /^You cannot deploy to a required field: Thing__c.Colour__c/ },
    ],
    [
      'a permission on a master-detail field',
      {
        'objects/Thing__c.object': customObject(
          'Thing',
          '<fields><fullName>Account__c</fullName><label>Account</label><referenceTo>Account</referenceTo><relationshipName>Things</relationshipName><type>MasterDetail</type></fields>',
          'ControlledByParent',
        ),
        'permissionsets/P.permissionset': permissions('Thing__c.Account__c').replace(
          '<object>Thing__c',
          '<object>Account',
        ),
      },
      { fullName: 'P', problem: /^You cannot deploy to a required field: Thing__c.Account__c/ },
    ],
    [
      'a type that the simulated org has not',
      { 'classes/Code.cls': 'public class Code {}' },
      { fullName: 'Code', problem: /not supported by the simulated org/ },
    ],
  ])('names %s', async (_what, files, expected) => {
    const { status, failures } = await org.deploy(files);
    expect(status).toBe('Failed');
    const failure = failures.find(({ fullName }) => fullName === expected.fullName);
    expect(failure?.problem).toMatch(expected.problem);
    if (expected.line !== undefined) expect(Number(failure?.lineNumber)).toBe(expected.line);
  });

  it('counts what the simulated org does not support', async () => {
    await org.deploy({ 'classes/Code.cls': 'public class Code {}' });
    expect(org.sim.ctx.calls.unsupported.get('metadata in classes')).toBe(1);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'names what is not in the zip',
      { 'package.xml': manifest({ CustomObject: ['Thing__c', 'Gone__c'] }), ...THING },
      /^An object 'Gone__c' of type CustomObject was named in package.xml, but was not found in zipped directory/,
    ],
    ['does not name a file', { 'package.xml': manifest({ Flow: ['*'] }), ...THING }, /^Not in package.xml$/],
    ['names a type that nobody knows', { 'package.xml': manifest({ Shoe: ['X'] }) }, /^Unknown type name 'Shoe'/],
    ['is no XML', { 'package.xml': '<Package>' }, /tag/],
  ])('when its manifest %s', async (_what, files, problem) => {
    const { status, failures } = await org.deploy(files);
    expect(status).toBe('Failed');
    expect(failures[0]!.problem).toMatch(problem);
  });

  it.each([
    ['is no zip', Buffer.from('no zip').toString('base64'), 'The zip file is not valid'],
    ['is empty', 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'No package.xml found'],
  ])('when its zip %s', async (_what, zip, problem) => {
    const { status, failures } = await org.deployZip(zip);
    expect(status).toBe('Failed');
    expect(failures).toMatchObject([{ fullName: 'package.xml', problem }]);
  });
});

describe('a deploy that is cancelled', () => {
  it('keeps nothing, and cannot be cancelled once it is done', async () => {
    const { ctx, org: simulated } = org.sim;
    const metadata = new OrgMetadata(ctx, simulated);
    const files = { 'package.xml': manifest({ CustomObject: ['*'] }), ...THING };
    const zip = zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
    const options = deployOptions({ singlePackage: true, rollbackOnError: true });
    const [first, second] = [0, 1].map(() => metadata.deploy(zip, options, admin().userId));
    expect(metadata.cancel(first!)).toBe(true);
    expect(metadata.cancel(second!)).toBe(true);
    await metadata.settled();
    expect(simulated.object('Thing__c')).toBeUndefined();
    expect(metadata.cancel(first!)).toBe(false);
    metadata.close();
  });
});

describe('a field that is deployed with another type', () => {
  const asType = (type: string): Record<string, string> => ({
    'objects/Thing__c.object': metadataFile(
      'CustomObject',
      `<fields><fullName>Colour__c</fullName><label>Colour</label>${type}</fields>`,
    ),
  });
  beforeEach(async () => {
    await org.deploy({ ...THING, ...PAINTERS });
    insertThings('red', 'blue');
  });

  it.each([
    [
      'a lookup',
      '<referenceTo>Account</referenceTo><relationshipName>T</relationshipName><type>Lookup</type>',
      'Lookup',
    ],
    ['a formula', '<formula>Name</formula><type>Text</type>', 'Formula'],
    [
      'a number, which would lose its values',
      '<precision>18</precision><scale>0</scale><type>Number</type>',
      'existing data',
    ],
    ['a shorter text than its values', '<length>3</length><type>Text</type>', 'Cannot shorten'],
  ])('is refused as %s', async (_what, type, problem) => {
    const { status, failures } = await org.deploy(asType(type));
    expect(status).toBe('Failed');
    expect(failures[0]!.problem).toContain(problem);
  });

  it('is taken as a longer text', async () => {
    expect(await org.deploy(asType('<length>200</length><type>Text</type>'))).toMatchObject({ status: 'Succeeded' });
    expect(org.sim.org.all('Thing__c').map((record) => record['Colour__c'])).toEqual(['red', 'blue']);
  });

  it('is not made unique while its values repeat', async () => {
    org.sim.org.insert('Thing__c', [{ Name: 'x', Colour__c: 'red' }], admin());
    const { failures } = await org.deploy(asType('<length>80</length><type>Text</type><unique>true</unique>'));
    expect(failures[0]!.problem).toContain('duplicate value found');
  });
});

describe('deletions', () => {
  const remove = (members: Record<string, string[]>) =>
    org.deploy({ 'package.xml': manifest({}), 'destructiveChanges.xml': manifest(members) });

  beforeEach(async () => {
    await org.deploy({ ...THING, ...PAINTERS });
    insertThings('red');
  });

  it('take a field out of the org, of its records and of the permission sets that grant it', async () => {
    const { status, successes } = await remove({ CustomField: ['Thing__c.Colour__c'] });
    expect(status).toBe('Succeeded');
    expect(successes).toContainEqual(expect.objectContaining({ fullName: 'Thing__c.Colour__c', deleted: true }));
    expect(org.sim.org.all('Thing__c')[0]).not.toHaveProperty('Colour__c');
    expect((await org.retrieve({ PermissionSet: ['*'] }))['permissionsets/Painters.permissionset']).not.toContain(
      'Colour__c',
    );
  });

  it('take an object with its fields and records', async () => {
    expect(await remove({ CustomObject: ['Thing__c'] })).toMatchObject({ status: 'Succeeded' });
    expect(org.sim.org.object('Thing__c')).toBeUndefined();
  });

  it('warn of what is not there', async () => {
    const { status, successes } = await remove({ CustomField: ['Thing__c.Shape__c'] });
    expect(status).toBe('Succeeded');
    expect(successes[0]).toMatchObject({
      problem: 'No CustomField named: Thing__c.Shape__c found',
      problemType: 'Warning',
    });
  });

  it('are refused for what something else in the org needs', async () => {
    await org.deploy({
      'objects/Thing__c.object': metadataFile(
        'CustomObject',
        '<validationRules><fullName>Needs_Colour</fullName><active>true</active><errorConditionFormula>ISBLANK(Colour__c)</errorConditionFormula><errorMessage>No.</errorMessage></validationRules>',
      ),
    });
    const { status, failures } = await remove({ CustomField: ['Thing__c.Colour__c'] });
    expect(status).toBe('Failed');
    expect(failures[0]).toMatchObject({
      fullName: 'Thing__c.Colour__c',
      problem: 'This custom field is referenced elsewhere in Salesforce : ValidationRule - Thing__c.Needs_Colour',
    });
    expect(org.sim.org.object('Thing__c')!.fields.has('Colour__c')).toBe(true);
  });

  it('may come before what is deployed', async () => {
    const { status } = await org.deploy({
      'package.xml': manifest({ CustomObject: ['*'] }),
      'destructiveChangesPre.xml': manifest({ CustomObject: ['Thing__c'], PermissionSet: ['Painters'] }),
      'objects/Other__c.object': customObject('Other'),
    });
    expect(status).toBe('Succeeded');
    expect(org.sim.org.object('Thing__c')).toBeUndefined();
    expect(org.sim.org.object('Other__c')).toBeDefined();
  });
});

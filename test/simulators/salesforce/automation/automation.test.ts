import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { USERS } from '../org/seed.ts';
import type { Commit } from '../org/types.ts';
import { credential, FlowOrg } from './testing/flowOrg.ts';
import { startOrderService, type OrderService } from './testing/orderService.ts';

describe('a screen flow with a callout', () => {
  let org: FlowOrg;
  let service: OrderService;
  let accountId: string;

  beforeEach(async () => {
    service = await startOrderService();
    org = await FlowOrg.start();
    await org.connect(service.url);
    org.grant(USERS.rep, 'Order_User');
    accountId = org.account(USERS.rep, 'Acme');
  });
  afterEach(async () => {
    await org.close();
    await service.close();
  });

  const start = (username: string, recordId = accountId) =>
    org.page(username, '', {
      flow: 'Refresh_Account',
      inputs: [{ name: 'recordId', type: 'String', value: recordId }],
    });
  const refresh = async (username = USERS.rep as string) => {
    const { view } = await start(username);
    return (await org.page(username, `/${view.interview}`, { action: 'NEXT', values: { Note: 'please' } })).view;
  };

  it('asks on its screen, calls the service as the org, and tells what came of it', async () => {
    const { view } = await start(USERS.rep);
    expect(view).toMatchObject({
      status: 'STARTED',
      flowLabel: 'Refresh Account',
      screen: {
        name: 'Confirm',
        nextLabel: 'Refresh',
        allowBack: false,
        fields: [
          { kind: 'DisplayText', text: '<p>Refresh Acme of Riley Rep?</p>' },
          { kind: 'InputField', name: 'Note', required: true, value: null },
        ],
      },
    });
    const next = await org.page(USERS.rep, `/${view.interview}`, { action: 'NEXT', values: { Note: 'please' } });
    expect(next.view).toMatchObject({
      status: 'STARTED',
      screen: { name: 'Done', nextLabel: 'Finish', fields: [{ text: 'Acme: 3 changes. Fresh.' }] },
    });
    const last = await org.page(USERS.rep, `/${view.interview}`, { action: 'FINISH', values: {} });
    expect(last.view).toMatchObject({
      status: 'FINISHED',
      screen: null,
      outputVariables: [{ name: 'message', dataType: 'STRING', value: 'Acme: 3 changes. Fresh.' }],
    });
    expect(service.asked).toEqual([
      { path: '/refresh', authorization: 'Bearer token-1', body: { accountId, userId: org.id(USERS.rep) } },
    ]);
  });

  it('stays on its screen until what is required was entered', async () => {
    const { view } = await start(USERS.rep);
    const next = await org.page(USERS.rep, `/${view.interview}`, { action: 'NEXT', values: {} });
    expect(next.view.screen).toMatchObject({
      name: 'Confirm',
      fields: [{}, { error: expect.stringMatching(/not optional/) }],
    });
    expect(service.asked).toEqual([]);
  });

  it('takes a declared error response as an output', async () => {
    service.answer = { status: 404, body: { message: 'No such account in billing.' } };
    expect(await refresh()).toMatchObject({
      status: 'FINISHED',
      outputVariables: [{ value: 'No such account in billing.' }],
    });
  });

  it.each([
    ['an undeclared response', 503, { message: 'down' }, /answered 503/],
    ['an answer that is no JSON', 200, '<html></html>', /no JSON/],
    ['an answer of another type', 200, { changed: 'many' }, /where Number is declared/],
  ])('takes %s as a fault', async (_what, status, body, message) => {
    service.answer = { status, body };
    const view = await refresh();
    expect(view.status).toBe('FINISHED');
    expect(view.outputVariables[0]!.value).toMatch(message);
  });

  it('takes a service that is not there as a fault', async () => {
    await service.close();
    expect((await refresh()).outputVariables[0]!.value).toMatch(/^Fault: .*(ECONNREFUSED|No token)/);
  });

  it('uses its token until it ends, and asks for another once when it is refused', async () => {
    await refresh();
    await refresh();
    expect(service.tokens).toBe(1);
    service.revoke();
    expect((await refresh()).screen?.name).toBe('Done');
    expect(service.tokens).toBe(2);
  });

  it.each([
    ['without the principal', USERS.otherRep, null],
    ['without Read on User External Credentials', USERS.otherRep, 'Order_Principal_Only'],
  ])('is no callout %s', async (_what, username, permissionSet) => {
    if (permissionSet !== null) org.grant(username, permissionSet);
    accountId = org.account(username, 'Globex');
    expect((await refresh(username)).outputVariables[0]!.value).toMatch(/^Fault: We couldn't access the credential/);
    expect(service.asked).toEqual([]);
  });

  it('finds no record that the user may not see, like one that does not exist', async () => {
    const foreign = await start(USERS.rep, org.account(USERS.otherRep, 'Globex'));
    const none = await start(USERS.rep, '001000000000000AAA');
    for (const { view } of [foreign, none])
      expect(view).toMatchObject({ status: 'FINISHED', outputVariables: [{ value: 'There is no such account.' }] });
    expect(service.asked).toEqual([]);
  });

  it('goes on only for whoever started it', async () => {
    const { view } = await start(USERS.rep);
    const next = await org.page(USERS.otherRep, `/${view.interview}`, { action: 'NEXT', values: { Note: 'x' } });
    expect(next.status).toBe(404);
  });

  it('starts for nobody who may not run flows', async () => {
    const { status, view } = await start(USERS.integration);
    expect([status, view]).toEqual([400, { message: expect.stringMatching(/permission to run flows/) as string }]);
  });

  it.each([
    ['an input that it does not have', [{ name: 'other', value: 'x' }], /no input variable other/],
    ['an input of another type', [{ name: 'recordId', value: 7 }], /recordId must be a String/],
    ['an input that is no input variable', [{ name: 'message', value: 'x' }], /no input variable message/],
  ])('refuses %s', async (_what, inputs, message) => {
    const { status, view } = await org.page(USERS.rep, '', { flow: 'Refresh_Account', inputs });
    expect(status).toBe(400);
    expect((view as unknown as { message: string }).message).toMatch(message);
  });
});

describe('a flow that is no longer active', () => {
  it('does not start', async () => {
    const org = await FlowOrg.start({
      'flows/Refresh_Account.flow-meta.xml': (text) => text.replace('>Active<', '>Draft<'),
    });
    try {
      const { status, view } = await org.page(USERS.rep, '', { flow: 'Refresh_Account', inputs: [] });
      expect([status, view]).toEqual([400, { message: 'There is no active flow Refresh_Account.' }]);
    } finally {
      await org.close();
    }
  });
});

describe('an autolaunched flow over REST', () => {
  let org: FlowOrg;
  let commits: Commit[];
  beforeEach(async () => {
    org = await FlowOrg.start();
    commits = [];
    org.sim.org.onCommit((commit) => commits.push(commit));
  });
  afterEach(() => org.close());

  const rename = (recordId: string, newName: string, username: string = USERS.rep) =>
    org.rest(username, 'POST', '/actions/custom/flow/Rename_Account', { inputs: [{ recordId, newName }] });

  it('saves as its user, in one transaction', async () => {
    const id = org.account(USERS.rep, 'Acme');
    org.sim.org.insert('Contact', [{ LastName: 'Ada', AccountId: id }], { userId: org.id(USERS.rep) });
    commits = [];
    const { status, body } = await rename(id, 'Acme 2');
    expect([status, body]).toEqual([
      200,
      [
        {
          actionName: 'Rename_Account',
          errors: null,
          isSuccess: true,
          outputValues: {
            contactId: expect.stringMatching(/^003/) as string,
            names: 'Of Acme 2;Ada;',
            Flow__InterviewStatus: 'Finished',
          },
        },
      ],
    ]);
    expect(commits).toHaveLength(1);
    expect(commits[0]!.userId).toBe(org.id(USERS.rep));
    expect(commits[0]!.changes.map(({ object, type }) => `${type} ${object.name}`)).toEqual([
      'CREATE Contact',
      'UPDATE Account',
    ]);
  });

  it('takes back what it saved when a later element fails', async () => {
    const id = org.account(USERS.rep, 'Acme');
    const { status, body } = await rename(id, '');
    expect(status).toBe(400);
    expect(body).toMatchObject([
      {
        isSuccess: false,
        errors: [{ message: expect.stringMatching(/^REQUIRED_FIELD_MISSING: .*\[Name\]/) as string }],
      },
    ]);
    expect(org.sim.org.all('Contact')).toEqual([]);
  });

  it('changes nothing that its user may not change', async () => {
    const id = org.account(USERS.otherRep, 'Globex');
    expect((await rename(id, 'Mine')).body).toMatchObject([{ isSuccess: false }]);
    expect(org.sim.org.get('Account', id)).toMatchObject({ Name: 'Globex' });
  });

  it('is listed, and screen flows are not', async () => {
    const { body } = await org.rest(USERS.rep, 'GET', '/actions/custom/flow');
    const names = (body as { actions: { name: string }[] }).actions.map(({ name }) => name).sort();
    expect(names).toEqual(['Billing_Test_Connection', 'Rename_Account']);
    const screen = await org.rest(USERS.rep, 'POST', '/actions/custom/flow/Refresh_Account', { inputs: [{}] });
    expect([screen.status, screen.body]).toMatchObject([404, [{ errorCode: 'NOT_FOUND' }]]);
  });
});

/** A choice for each Account that the user finds. */
const CHOICES =
  '<dynamicChoiceSets><name>Owners</name><dataType>String</dataType><displayField>Name</displayField><limit>2</limit><object>Account</object><sortField>Name</sortField><sortOrder>Desc</sortOrder><valueField>Id</valueField></dynamicChoiceSets>';

describe('a screen flow', () => {
  const file = 'flows/Refresh_Account.flow-meta.xml';
  const begin = (org: FlowOrg, recordId: string) =>
    org.page(USERS.rep, '', { flow: 'Refresh_Account', inputs: [{ name: 'recordId', value: recordId }] });

  it('offers the records that its user sees, sorted and cut off as it says', async () => {
    const org = await FlowOrg.start({
      [file]: (text) =>
        text
          .replace('<interviewLabel>', `${CHOICES}<interviewLabel>`)
          .replace(
            '<fieldType>InputField</fieldType>',
            '<choiceReferences>Owners</choiceReferences><fieldType>DropdownBox</fieldType>',
          ),
    });
    const [acme] = ['Acme', 'Birch', 'Cedar'].map((name) => org.account(USERS.rep, name));
    org.account(USERS.otherRep, 'Zebra');
    const { view } = await begin(org, acme!);
    expect(view.screen!.fields[1]!.choices.map(({ label }) => label)).toEqual(['Cedar', 'Birch']);
    await org.close();
  });

  it('fails where it reads a field of a record that was not found', async () => {
    const org = await FlowOrg.start({
      [file]: (text) => text.replace('There is no such account.', 'There is no {!Get_Account.Name}.'),
    });
    const { view } = await begin(org, '001000000000000AAA');
    expect([view.status, view.error]).toEqual([
      'ERROR',
      "The flow failed to access the value for Get_Account.Name because it hasn't been set or assigned.",
    ]);
    await org.close();
  });
});

describe('credentials of the org', () => {
  let org: FlowOrg;
  beforeAll(async () => {
    org = await FlowOrg.start();
  });
  afterAll(() => org.close());

  it('are set by an admin, and their secrets never come back', async () => {
    const path = '/named-credentials/credential';
    const query = `${path}?externalCredential=Orders&principalName=Org&principalType=NamedPrincipal`;
    expect((await org.rest(USERS.admin, 'GET', query)).body).toMatchObject({ authenticationStatus: 'NotConfigured' });
    expect((await org.rest(USERS.admin, 'PUT', path, credential())).status).toBe(400);
    expect((await org.rest(USERS.admin, 'POST', path, credential())).status).toBe(201);
    expect((await org.rest(USERS.admin, 'POST', path, credential())).status).toBe(400);
    expect((await org.rest(USERS.admin, 'PUT', path, credential('other'))).status).toBe(200);
    const { body } = await org.rest(USERS.admin, 'GET', query);
    expect(body).toMatchObject({ authenticationStatus: 'Configured' });
    expect(JSON.stringify(body)).not.toContain('other');
  });

  it.each([
    ['an unknown principal', { ...credential(), principalName: 'Nobody' }, 404],
    ['an unknown credential', { ...credential(), externalCredential: 'Nothing' }, 404],
    ['no secret', { ...credential(), credentials: {} }, 400],
  ])('refuse %s', async (_what, body, status) => {
    expect((await org.rest(USERS.admin, 'POST', '/named-credentials/credential', body)).status).toBe(status);
  });

  it('are closed to those who may not set them up', async () => {
    for (const username of [USERS.rep, USERS.integration])
      expect((await org.rest(username, 'GET', '/named-credentials/named-credential-setup/Orders')).status).toBe(403);
  });
});

describe('automation that the org would not take', () => {
  const flow = 'flows/Refresh_Account.flow-meta.xml';
  const service = 'externalServiceRegistrations/Orders.externalServiceRegistration-meta.xml';
  it.each<[string, string, (text: string) => string, RegExp]>([
    ['an unknown element', flow, (text) => text.replace('<start>', '<waits/><start>'), /<waits> is not supported/],
    [
      'a record-triggered start',
      flow,
      (text) => text.replace('<start>', '<start><triggerType>RecordAfterSave</triggerType>'),
      /start by a record/,
    ],
    [
      'a connector to nowhere',
      flow,
      (text) => text.replace('<targetReference>Ask<', '<targetReference>Nothing<'),
      /Confirm: leads to the element Nothing/,
    ],
    [
      'an unknown action',
      flow,
      (text) => text.replace('Orders.refreshaccount', 'Orders.refreshAccount'),
      /no action Orders.refreshAccount/,
    ],
    [
      'an operation that is not active',
      flow,
      (text) => text.replace('Orders.refreshaccount', 'Orders.getorder'),
      /no action Orders.getorder/,
    ],
    [
      'choices of an unknown field',
      flow,
      (text) => text.replace('<interviewLabel>', `${CHOICES.replace('>Id<', '>Nothing<')}<interviewLabel>`),
      /Owners: Account has no field Nothing/,
    ],
    [
      'choices of an unknown object',
      flow,
      (text) => text.replace('<interviewLabel>', `${CHOICES.replace('>Account<', '>Nothing__c<')}<interviewLabel>`),
      /Owners: there is no object Nothing__c/,
    ],
    [
      'an unknown field',
      flow,
      (text) => text.replace('{!Get_Account.Name} of', '{!Get_Account.Nothing} of'),
      /refers to Get_Account.Nothing/,
    ],
    [
      'an unknown label in a text',
      flow,
      (text) => text.replace('{!Get_Account.Name} of', '{!$Label.Nothing} of'),
      /refers to \$Label.Nothing/,
    ],
    [
      'an unknown label in a formula',
      flow,
      (text) => text.replace('TEXT({!Refresh', 'TEXT({!$Label.Nothing} &amp; {!Refresh'),
      /changes: uses \$Label.Nothing/,
    ],
    [
      'a label in the name of a button',
      flow,
      (text) => text.replace('>Refresh</nextOr', '>{!$Label.Billing_Title}</nextOr'),
      /of its buttons take no merge fields/,
    ],
    [
      'an unknown field of a generated class',
      flow,
      (text) => text.replace('request.userId', 'request.user'),
      /refers to request.user,/,
    ],
    [
      'an unknown class',
      flow,
      (text) => text.replace('Orders_RefreshRequest', 'Orders_Nothing'),
      /no class ExternalService__Orders_Nothing/,
    ],
    [
      'an unknown output',
      flow,
      (text) => text.replace('Refresh.404.message', 'Refresh.4XX.message'),
      /refers to Refresh.4XX.message/,
    ],
    [
      'a required input that is missing',
      flow,
      (text) => text.replace('<name>body</name>', '<name>boddy</name>'),
      /the input body is required/,
    ],
    [
      'a value of another type',
      flow,
      (text) =>
        text.replace('<elementReference>request</elementReference>', '<elementReference>message</elementReference>'),
      /gives String where Apex/,
    ],
    [
      'a formula that cannot be worked out',
      flow,
      (text) => text.replace('TEXT({!Refresh', 'NOSUCH({!Refresh'),
      /changes: .*NOSUCH/,
    ],
    [
      'system mode',
      flow,
      (text) => text.replace('<start>', '<runInMode>SystemModeWithoutSharing</runInMode><start>'),
      /runInMode/,
    ],
    ['a name twice', flow, (text) => text.replace('<name>request</name>', '<name>Message</name>'), /used twice/],
    [
      'an operation that the schema lacks',
      service,
      (text) => text.replace('<name>getorder<', '<name>getOrder<'),
      /no operation getOrder/,
    ],
    ['OpenAPI 3.1', service, (text) => text.replace('3.0.3', '3.1.0'), /OpenAPI 3.1.0 is not supported/],
    [
      'a reference to nowhere',
      service,
      (text) => text.replaceAll('schemas/Problem', 'schemas/Nothing'),
      /leads nowhere|no properties|not supported/,
    ],
    [
      'an unknown named credential',
      service,
      (text) => text.replace('Reference>Orders<', 'Reference>Other<'),
      /unknown credential Other/,
    ],
    [
      'another protocol',
      'externalCredentials/Orders.externalCredential-meta.xml',
      (text) => text.replace('>Oauth<', '>Jwt<'),
      /Jwt .*not supported/,
    ],
  ])('%s stops the start and is named', async (_what, file, change, message) => {
    await expect(FlowOrg.start({ [file]: change })).rejects.toThrow(message);
  });
});

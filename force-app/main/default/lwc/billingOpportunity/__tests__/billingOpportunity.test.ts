import type { GraphqlStub, Node, RecordStub } from '../../../../../../test/lwc/answers';
import BillingOpportunity from 'c/billingOpportunity';
import { graphql } from 'lightning/graphql';
import {
  answer,
  clearPage,
  findAll,
  mount,
  node,
  record,
  rendered,
  textAt,
  without,
  words,
} from '../../../../../../test/lwc/answers';

jest.mock('@salesforce/i18n/currency', () => ({ default: 'USD' }), { virtual: true });

const wire = graphql as unknown as GraphqlStub;
const opened = jest.requireActual<{ getRecord: RecordStub }>('lightning/uiRecordApi').getRecord;
const DEAL = '006000000000001AAA';
const ACCOUNT = '001000000000001AAA';
const deal = { AccountId: ACCOUNT, Type: 'New Business', IsClosed: false };

const account = node({
  Name: 'Acme',
  Number__c: 'A00000117',
  Status__c: 'Active',
  Currency_Code__c: 'USD',
  Bill_To_Name__c: 'Accounts Payable',
  Bill_To_Email__c: 'ap@acme.example',
  Bill_To_Address__c: '1 Market St, San Francisco',
  Bill_To_Missing__c: 'Nothing',
  Tax_Status__c: 'Taxable',
  Source__c: 'Zuora',
  Source_Url__c: 'https://billing.example.com/accounts/117',
});
const europe = node({
  Name: 'Acme Europe',
  Number__c: 'A00000118',
  Status__c: 'Active',
  Currency_Code__c: 'EUR',
  Source__c: 'Zuora',
});
const subscription = (
  number: string,
  renews: string,
  more: Record<string, string | boolean> = {},
  of: Node = account,
) =>
  node(
    {
      Number__c: number,
      Status__c: 'Active',
      Plan__c: 'Platform',
      MRR__c: 1150,
      Currency_Code__c: 'USD',
      Term_Type__c: 'Termed',
      Next_Renewal_Date__c: renews,
      Auto_Renew__c: true,
      Source__c: 'Zuora',
      Source_Url__c: `https://billing.example.com/${number}`,
      ...more,
    },
    { Billing_Account__r: of },
  );
const health = (status: string) => node({ Status__c: status });
const balance = (currency: string, overdue: number) => node({ Currency_Code__c: currency, Overdue__c: overdue });
const dunning = node({
  Status__c: 'Open',
  Next_Step__c: 'Payment is tried again by itself.',
  Next_Step_At__c: '2026-11-24T17:00:00.000Z',
});
const fine = {
  Billing_Account__c: [account],
  Billing_Subscription__c: [subscription('A-S1', '2027-02-01')],
  Billing_Health__c: [health('Good Standing')],
  Billing_Balance__c: [balance('USD', 0)],
  Dunning_Case__c: [],
  Billing_Connection__c: [],
};

async function show(objects: Parameters<typeof answer>[0] = fine, fields: object = deal): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-opportunity', BillingOpportunity, { recordId: DEAL });
  opened.emit(record(DEAL, fields));
  await rendered();
  wire.emit(answer(objects));
  await rendered();
  return element;
}

const checks = (element: Element) =>
  Object.fromEntries(
    findAll(element, 'li').map((one) => [
      one.getAttribute('data-id'),
      `${one.getAttribute('data-state')} ${words(one)}`,
    ]),
  );
const withAccount = (more: Record<string, string | null>) => ({
  ...fine,
  Billing_Account__c: [{ ...account, ...Object.fromEntries(Object.entries(more).map(([k, value]) => [k, { value }])) }],
});

describe('billing for a deal', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.setSystemTime(new Date('2026-11-21T12:00:00Z'));
  });
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  it('says that everything is ready, and no more', async () => {
    const element = await show();
    expect(textAt(element, '[data-id="readiness"] h3')).toBe('Ready to bill: 5 of 5');
    expect(checks(element)).toEqual({
      linked: 'ready Ready: Billing account linked: Zuora · Acme · A00000117',
      contact: 'ready Ready: Bill-to contact: Accounts Payable · ap@acme.example',
      address: 'ready Ready: Address: 1 Market St, San Francisco',
      tax: 'ready Ready: Tax: is charged',
      currency: 'ready Ready: Currency: USD, as the deal',
    });
    expect(findAll(element, '[data-id="warning"], [data-id="order"], [data-id="named"], select')).toEqual([]);
  });

  it.each<[string, Record<string, string | null>, string, string]>([
    ['a draft', { Status__c: 'Draft' }, 'linked', 'The billing account is a draft. Activate it in Zuora'],
    [
      'canceled',
      { Status__c: 'Canceled' },
      'linked',
      'The billing account is canceled. Reopen it in Zuora, or link another one',
    ],
    ['without a name', { Bill_To_Name__c: null }, 'contact', 'Invoices have no name on them. Add it in Zuora'],
    [
      'without an email',
      { Bill_To_Email__c: null },
      'contact',
      'Invoices have no email address to go to. Add it in Zuora',
    ],
    [
      'without a contact',
      { Bill_To_Email__c: null, Bill_To_Name__c: null },
      'contact',
      'Invoices have no name and no email address to go to. Add it in Zuora',
    ],
    [
      'with half an address',
      { Bill_To_Missing__c: 'street, postal code' },
      'address',
      'The address on invoices lacks: street, postal code. Add it in Zuora',
    ],
    [
      'without an address',
      { Bill_To_Missing__c: 'street', Bill_To_Address__c: null },
      'address',
      'There is no address for invoices. Needed: street. Add it in Zuora',
    ],
    [
      'with an exemption to verify',
      { Tax_Status__c: 'Exemption Pending' },
      'tax',
      'The tax exemption is not verified yet. Have it verified in Zuora',
    ],
    [
      'in another currency',
      { Currency_Code__c: 'EUR' },
      'currency',
      'Bills in EUR, the deal is in USD. Quote the deal in EUR, or choose a billing account in USD.',
    ],
  ])('says what to do about an account that is %s', async (_what, more, key, text) => {
    const element = await show(withAccount(more));
    expect(checks(element)[key]).toBe(`fault To do: ${text}`);
    expect(textAt(element, '[data-id="readiness"] h3')).toBe('Ready to bill: 4 of 5');
  });

  it('counts nothing that billing does not tell', async () => {
    const element = await show(withAccount({ Tax_Status__c: null }));
    expect(checks(element).tax).toBe('unknown Not known: Tax: Zuora says nothing of it');
    expect(textAt(element, '[data-id="readiness"] h3')).toBe('Ready to bill: 4 of 4');
  });

  it('takes a currency that is not set yet for one that agrees', async () => {
    const element = await show(withAccount({ Currency_Code__c: null }));
    expect(checks(element).currency).toBe('ready Ready: Currency: the first invoice sets it');
  });

  it('goes by the currency of the deal where the org has several', async () => {
    const element = await show(fine, { ...deal, CurrencyIsoCode: 'EUR' });
    expect(checks(element).currency).toMatch(/^fault To do: Bills in USD, the deal is in EUR\./);
  });

  it('says that no billing account is linked', async () => {
    const element = await show({ ...fine, Billing_Account__c: [] });
    expect(checks(element)).toEqual({
      linked: expect.stringMatching(/^fault To do: No billing account is linked\. Ask billing operations/) as string,
    });
  });

  it('leaves out what may not be read, also all of it', async () => {
    const fields = ['Bill_To_Name__c', 'Bill_To_Email__c', 'Bill_To_Missing__c', 'Tax_Status__c', 'Currency_Code__c'];
    const element = await show({ ...fine, Billing_Account__c: [fields.reduce(without, account)] });
    expect(Object.keys(checks(element))).toEqual(['linked']);
    clearPage();
    const hidden = await show({ Billing_Subscription__c: fine.Billing_Subscription__c });
    expect(findAll(hidden, '[data-id="readiness"]')).toEqual([]);
    expect(findAll(hidden, '[data-id="renewals"] tbody tr')).toHaveLength(1);
  });

  it('judges the billing account of the named subscription, and others when chosen', async () => {
    const objects = {
      ...fine,
      Billing_Account__c: [account, europe],
      Billing_Subscription__c: [subscription('A-S9', '2027-02-01', {}, europe)],
    };
    const element = await show(objects, { ...deal, Billing_Subscription_Number__c: 'a-s9' });
    expect(checks(element).linked).toContain('Acme Europe');
    const [select] = findAll(element, 'select') as HTMLSelectElement[];
    select!.value = account.Id;
    select!.dispatchEvent(new CustomEvent('change'));
    await rendered();
    expect(checks(element).linked).toContain('Zuora · Acme · A00000117');
  });

  it.each<[string, object, string]>([
    ['an upsell', { Type: 'Existing Customer - Upgrade' }, 'Settle this before the upsell.'],
    ['a renewal by its type', { Type: 'Renewal' }, 'Settle this before the renewal.'],
    [
      'a renewal by its subscription',
      { Type: null, Billing_Subscription_Number__c: 'A-S1' },
      'Settle this before the renewal.',
    ],
    ['any deal', { Type: null }, 'Settle this before the deal.'],
    ['a closed one', { IsClosed: true }, ''],
  ])('warns first of what is overdue before %s', async (_what, more, advice) => {
    const objects = {
      ...fine,
      Billing_Health__c: [health('Overdue')],
      Billing_Balance__c: [balance('USD', 300), balance('EUR', 4200)],
    };
    const element = await show(objects, { ...deal, ...more });
    expect(textAt(element, '[data-id="warning"]')).toBe(`€ 4,200.00 and $ 300.00 overdue. ${advice}`.trim());
    const parts = findAll(element, '[data-id]').map((one) => one.getAttribute('data-id'));
    expect(parts.indexOf('warning')).toBeLessThan(parts.indexOf('readiness'));
  });

  it('says that dunning runs, and what comes next', async () => {
    const objects = { ...fine, Billing_Balance__c: [balance('USD', 1470)], Dunning_Case__c: [dunning] };
    expect(textAt(await show(objects), '[data-id="warning"]')).toBe(
      '$ 1,470.00 overdue, in dunning. Settle this before the deal. Payment is tried again by itself. Next: 24 Nov 2026, 09:00.',
    );
  });

  it.each([
    ['In Dunning', 'A payment failed and is being collected. Settle this before the deal.'],
    ['Overdue', 'Invoices are overdue. Settle this before the deal.'],
  ])('warns of %s where amounts may not be read', async (status, text) => {
    const objects = { Billing_Account__c: [account], Billing_Health__c: [health(status)] };
    expect(textAt(await show(objects), '[data-id="warning"]')).toBe(text);
  });

  it('shows what billing says of the named subscription, and the next renewals of the account', async () => {
    const objects = {
      ...fine,
      Billing_Subscription__c: [
        subscription('A-S3', '2027-03-01', { Cancel_On__c: '2027-03-01' }),
        subscription('A-S1', '2027-02-01'),
        subscription('A-S2', '2026-12-01', { Auto_Renew__c: false }),
        subscription('A-S4', '2026-11-25', { Status__c: 'Canceled' }),
      ],
    };
    const element = await show(objects, {
      ...deal,
      Billing_Subscription_Number__c: 'A-S1',
      Billing_Plan__c: 'Platform',
      Billing_Subscription_Status__c: 'Active',
      Billing_MRR__c: 1150,
      Billing_ARR__c: 13800,
      Billing_Currency__c: 'USD',
      Billing_Next_Renewal__c: '2027-02-01',
      Billing_Message__c: null,
    });
    const [named] = findAll(element, '[data-id="named"]');
    expect(findAll(named!, '.fact').map(words)).toEqual([
      'Subscription A-S1',
      'Plan Platform',
      'Status Active',
      'Next renewal 1 Feb 2027 in 72 days',
      'Term renews by itself',
      'MRR $ 1,150.00',
      'ARR $ 13,800.00',
    ]);
    expect(findAll(element, '[data-id="renewals"] tbody tr').map(words)).toEqual([
      'A-S2 Platform $ 1,150.00 1 Dec 2026 in 10 days does not renew by itself',
      'A-S3 Platform $ 1,150.00 1 Mar 2027 in 100 days Cancels on 1 Mar 2027',
    ]);
  });

  it('says why billing says nothing of the subscription', async () => {
    const text = 'No subscription has this number.';
    const element = await show(fine, { ...deal, Billing_Subscription_Number__c: 'A-S7', Billing_Message__c: text });
    expect(textAt(element, '.note_warn')).toBe(text);
  });

  it('shows the order once there is one', async () => {
    const element = await show(fine, {
      ...deal,
      Billing_Order_Status__c: 'Sent',
      Billing_Order_Number__c: 'O-00000007',
    });
    const [order] = findAll(element, '[data-id="order"]');
    expect(findAll(order!, '.fact').map(words)).toEqual(['Status Sent', 'Number O-00000007']);
  });

  const order = (more: Record<string, string | number | null>) =>
    node({ Opportunity__c: DEAL, Source__c: 'Zuora', Currency_Code__c: 'USD', ...more });
  const orderIn = async (more: Record<string, string | number | null>, objects: object = fine) => {
    const element = await show({ ...objects, Billing_Order__c: [order(more)] });
    const [shown] = findAll(element, '[data-id="order"]');
    return shown!;
  };

  it('says what keeps the deal from being ordered, each with what to do', async () => {
    const shown = await orderIn({
      State__c: 'Not Ready',
      Faults__c:
        'The deal has no start date. Enter Billing Start Date.\r\n\nSeat is not on sale. Choose another product.\n',
    });
    expect(findAll(shown, 'li').map(words)).toEqual([
      'To do: The deal has no start date. Enter Billing Start Date.',
      'To do: Seat is not on sale. Choose another product.',
    ]);
    expect(findAll(shown, '.fact').map(words)).toEqual(['Status Not ready']);
  });

  it('shows the number of the order, what it comes to and what is billed first', async () => {
    const shown = await orderIn({
      State__c: 'Ordered',
      Message__c: 'Ordered on 21 Nov 2026.',
      // Of an earlier look: nothing of it holds any more.
      Faults__c: 'The deal has no start date.',
      Order_Number__c: 'O-00000007',
      Subscription_Number__c: 'A-S7',
      MRR__c: 1150,
      MRR_Change__c: 150,
      TCV__c: 13800,
      TCV_Change__c: -1200,
      First_Invoice_Amount__c: 0,
      First_Invoice_Date__c: '2026-12-01',
      Source_Url__c: 'https://billing.example.com/orders/7',
    });
    expect(findAll(shown, 'li')).toEqual([]);
    expect(textAt(shown, 'h3 + p')).toBe('Ordered on 21 Nov 2026.');
    expect(findAll(shown, '.message')).toEqual([]);
    expect(findAll(shown, '.fact').map(words)).toEqual([
      'Status Ordered',
      'Number O-00000007',
      'Subscription A-S7',
      'MRR $ 1,150.00 +$ 150 by this order',
      'TCV $ 13,800.00 −$ 1,200 by this order',
      'First invoice $ 0.00 1 Dec 2026',
    ]);
    expect(findAll(shown, 'a').map((one) => one.getAttribute('href'))).toEqual([
      'https://billing.example.com/orders/7',
    ]);
  });

  it('says of a preview, and of an order in shadow, that nothing is ordered, what would be, and as of when', async () => {
    const preview = await orderIn({
      State__c: 'Ready',
      Mode__c: 'Preview',
      Actions__c: 'New subscription SF-1 of A00000117\n- Platform (Seats: 60 at USD 19.99 a month)',
      ARR__c: 13800,
      As_Of__c: '2026-11-21T11:58:00.000Z',
    });
    expect(textAt(preview, 'h3')).toBe('Order preview');
    expect(textAt(preview, '[data-id=note]')).toContain('Nothing is ordered by a preview.');
    expect(findAll(preview, '[data-id=actions] p').map(words)).toEqual([
      'New subscription SF-1 of A00000117',
      'Platform (Seats: 60 at USD 19.99 a month)',
    ]);
    expect(findAll(preview, '.fact').map(words)).toEqual(['Status Ready', 'ARR $ 13,800.00']);
    expect(textAt(preview, '[data-id=as-of]')).toBe('Worked out on 21 Nov 2026, 03:58.');
    const shadow = await orderIn({ State__c: 'Ready', Mode__c: 'Shadow' });
    expect(textAt(shadow, 'h3')).toBe('Order');
    expect(textAt(shadow, '[data-id=note]')).toContain('Nothing is: orders are only worked out for now');
    expect(findAll(await orderIn({ State__c: 'Ordered', Mode__c: 'Automatic' }), '[data-id=note]')).toEqual([]);
  });

  it('says why an order failed, and a state that is not known here as it is', async () => {
    const failed = await orderIn({ State__c: 'Failed', Message__c: 'Zuora refused it: the account is on hold.' });
    expect(textAt(failed, '.message')).toBe('Zuora refused it: the account is on hold.');
    expect(words(findAll(await orderIn({ State__c: 'Reviewed' }), '.fact')[0]!)).toBe('Status Reviewed');
  });

  it('shows the order of a customer without billing, and none of another deal', async () => {
    const none = {
      Billing_Account__c: [],
      Billing_Subscription__c: [],
      Billing_Health__c: [],
      Billing_Connection__c: [],
    };
    expect(findAll(await orderIn({ State__c: 'Ready' }, none), '.fact').map(words)).toEqual(['Status Ready']);
    const other = await show({ ...fine, Billing_Order__c: [order({ Opportunity__c: '006000000000002AAA' })] });
    expect(findAll(other, '[data-id="order"]')).toEqual([]);
  });

  it.each<[string, object, Parameters<typeof answer>[0] | undefined, RegExp]>([
    ['without an account', { AccountId: null }, undefined, /^This deal has no account yet\./],
    [
      'of a customer without billing',
      {},
      { Billing_Account__c: [], Billing_Subscription__c: [], Billing_Health__c: [] },
      /^Billing holds nothing for this account that you may see\./,
    ],
    ['whose billing may not be read', {}, {}, /^You do not have access to: Billing for this deal\./],
  ])('says what to do about a deal %s', async (_what, more, objects, text) => {
    const element = mount<HTMLElement>('c-billing-opportunity', BillingOpportunity, { recordId: DEAL });
    opened.emit(record(DEAL, { ...deal, ...more }));
    await rendered();
    if (objects) wire.emit(answer(objects));
    await rendered();
    expect(textAt(element, '[data-id="message"]')).toMatch(text);
  });

  it('shows nothing of another account while the new one is not answered', async () => {
    const element = await show();
    opened.emit(record(DEAL, { ...deal, AccountId: '001000000000002AAA' }));
    await rendered();
    expect(findAll(element, 'article[data-phase="loading"]')).toHaveLength(1);
    expect(words(element)).not.toContain('Acme');
  });

  it('keeps what is known when asking again fails, and says so', async () => {
    const element = await show();
    opened.error({ message: 'Failed to fetch' }, 503);
    wire.emitErrors([{ message: 'Failed to fetch' }]);
    await rendered();
    expect(textAt(element, '[role="alert"]')).toContain('Salesforce did not answer.');
    expect(textAt(element, '[data-id="readiness"] h3')).toBe('Ready to bill: 5 of 5');
  });
});

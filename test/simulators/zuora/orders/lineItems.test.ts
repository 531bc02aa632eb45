import { afterEach, beforeEach, expect, it } from 'vitest';
import { rows, startTest, text, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest({ customFields: { orderLineItem: ['Po__c'] } });
  await zuora.today('2026-01-01');
  account = await zuora.account();
});
afterEach(() => zuora.sim.close());

const order = (orderLineItems: unknown[]) => ({
  orderDate: '2026-01-01',
  existingAccountNumber: account.number,
  orderLineItems,
});
const item = { itemName: 'Router', quantity: 3, amountPerUnit: 50, transactionStartDate: '2026-01-05' };

it('are lines of an order with amounts, states and custom fields', async () => {
  const made = await zuora.post(
    '/v1/orders',
    order([
      {
        ...item,
        inlineDiscountType: 'Percentage',
        inlineDiscountPerUnit: 10,
        UOM: 'Each',
        customFields: { Po__c: '7' },
      },
      { ...item, itemName: 'Returned', itemCategory: 'Return', itemNumber: 'R1' },
    ]),
  );
  expect(made).toMatchObject({ status: 'Completed', orderLineItems: [{ itemNumber: '1' }, { itemNumber: 'R1' }] });
  const read = (await zuora.get(`/v1/orders/${text(made.orderNumber)}`)).body.order;
  expect(read?.orderLineItems).toMatchObject([
    {
      itemName: 'Router',
      itemState: 'Executing',
      amount: 135,
      discount: 15,
      UOM: 'Each',
      customFields: { Po__c: '7' },
    },
    { itemName: 'Returned', itemCategory: 'Return', amount: -150, taxCode: null },
  ]);
});

it('are read and changed one by one or together, and not after they went to billing', async () => {
  const made = await zuora.post('/v1/orders', order([item, item]));
  const [first, second] = rows(made.orderLineItems).map((one) => text(one.id));
  const put = (id: string | undefined, body: object) => zuora.call('PUT', `/v1/order-line-items/${id}`, body);
  expect((await put(first, { quantity: 4, itemState: 'SentToBilling' })).body).toEqual({ success: true });
  expect((await zuora.get(`/v1/order-line-items/${first}`)).body.orderLineItem).toMatchObject({
    quantity: 4,
    amount: 200,
    itemState: 'SentToBilling',
    fulfillments: [],
  });
  expect((await put(first, { quantity: 5 })).body.reasons?.[0]?.code).toBe(58730030);
  expect((await put(first, { itemState: 'Complete' })).status).toBe(200);
  await zuora.post('/v1/order-line-items/bulk', { orderLineItems: [{ id: second, description: 'Spare' }] });
  expect((await zuora.get(`/v1/order-line-items/${second}`)).body.orderLineItem?.description).toBe('Spare');
  expect((await put('none', {})).status).toBe(404);
});

it('take name and price from a product charge, and are refused without', async () => {
  const { charge } = await zuora.plan([
    { Name: 'Setup', ChargeModel: 'Flat Fee Pricing', ChargeType: 'OneTime', tiers: [{ Currency: 'USD', Price: 80 }] },
  ]);
  const made = await zuora.post('/v1/orders', order([{ productRatePlanChargeId: charge['Setup'], quantity: 2 }]));
  const id = text(made.orderLineItems?.[0]?.id);
  expect((await zuora.get(`/v1/order-line-items/${id}`)).body.orderLineItem).toMatchObject({
    itemName: 'Setup',
    amount: 160,
  });
  const code = async (line: object) => (await zuora.call('POST', '/v1/orders', order([line]))).body.reasons?.[0]?.code;
  expect(await code({ quantity: 1, amountPerUnit: 1 })).toBe(58730022);
  expect(await code({ itemName: 'X', quantity: 1 })).toBe(58730022);
  expect(await code({ itemName: 'X', amountPerUnit: 1 })).toBe(58730022);
  expect(await code({ ...item, productRatePlanChargeId: 'none' })).toBe(58730020);
  expect(await code({ ...item, transactionEndDate: '2026-01-01' })).toBe(58730030);
});

it('have delta TCV and TCB in previews', async () => {
  const { previewResult } = await zuora.post('/v1/orders/preview', {
    ...order([item]),
    previewOptions: { previewTypes: ['OrderDeltaMetrics'] },
  });
  const row = {
    startDate: '2026-01-05',
    endDate: '2026-01-06',
    grossAmount: 150,
    netAmount: 150,
    orderLineItemNumber: '1',
  };
  expect(previewResult?.orderDeltaMetrics).toMatchObject({
    orderDeltaMrr: [],
    orderDeltaTcv: [row],
    orderDeltaTcb: [row],
  });
  for (const previewThruType of ['TermEnd', 'NumberOfPeriods'])
    await zuora.post('/v1/orders/preview', {
      ...order([item]),
      previewOptions: { previewThruType, previewNumberOfPeriods: 1, previewTypes: ['BillingDocs'] },
    });
});

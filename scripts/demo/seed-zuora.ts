/** One charge of a rate plan in the catalog, as Zuora's CRUD catalog takes it. */
export type ChargeSpec =
  | { name: string; kind: 'flat'; price: string; period: 'Month' | 'Annual' }
  | { name: string; kind: 'perUnit'; price: string; period: 'Month' | 'Annual' }
  | { name: string; kind: 'overage'; price: string; included: number; uom: string };

export type RatePlan = { ratePlanId: string; charges: { id: string; spec: ChargeSpec }[] };

export type ZuoraSeeder = {
  /** @param parent number of the account above it. @returns account number */
  account(name: string, currency: string, accountId: string | null, email?: string, parent?: string): Promise<string>;
  /** Names another Salesforce Account in an account. */
  link(account: string, accountId: string): Promise<void>;
  ratePlan(name: string, currency: string, charges: ChargeSpec[]): Promise<RatePlan>;
  /** @returns subscription number */
  subscribe(
    account: string,
    plan: RatePlan,
    terms: { start: string; months: number | 'evergreen'; autoRenew?: boolean; quantity?: number },
  ): Promise<string>;
  /** Bills the account up to a day and posts the invoices. */
  bill(account: string, targetDate: string): Promise<void>;
  /** Pays everything that is open, as a payment made outside of Zuora. */
  pay(account: string): Promise<void>;
  /** A payment by the account's card that the gateway refuses. */
  failPayment(account: string): Promise<void>;
  /** @returns number of the charge with this name in the latest version of a subscription */
  chargeNumber(subscription: string, name: string): Promise<string>;
  recordUsage(
    account: string,
    subscription: string,
    charge: string,
    uom: string,
    quantity: number,
    day: string,
  ): Promise<void>;
  cancel(account: string, subscription: string, day: string): Promise<void>;
};

export type ZuoraAccess = { url: string; clientId: string; clientSecret: string };

/** Zuora takes 80 characters (API, "Create an account", `workEmail`). */
const emailOf = (name: string): string =>
  `ap@${name
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .slice(0, 60)}.example`;

/** A small client of Zuora's documented API, for making data to try the product with. */
export async function zuoraSeeder(access: ZuoraAccess): Promise<ZuoraSeeder> {
  const tokenResponse = await fetch(`${access.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: access.clientId,
      client_secret: access.clientSecret,
    }),
  });
  const { access_token: token } = (await tokenResponse.json()) as { access_token: string };

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${access.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'zuora-version': '2025-08-12' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { success?: boolean };
    if (!response.ok || answer.success === false)
      throw new Error(`Zuora answered ${response.status} to ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
  const created = async (type: string, body: unknown) =>
    (await call<{ Id: string }>('POST', `/v1/object/${type}`, body)).Id;

  return {
    async account(name, currency, accountId, email, parent) {
      const { accountNumber } = await call<{ accountNumber: string }>('POST', '/v1/accounts', {
        name,
        currency,
        billCycleDay: 1,
        paymentTerm: 'Net 30',
        autoPay: false,
        billToContact: {
          firstName: 'Accounts',
          lastName: 'Payable',
          address1: '1 Market St',
          city: 'San Francisco',
          state: 'California',
          zipCode: '94105',
          country: 'United States',
          workEmail: email ?? emailOf(name),
        },
        taxInfo: { exemptStatus: 'No' },
        ...(accountId === null ? {} : { CRMAccountId__c: accountId }),
        ...(parent === undefined ? {} : { parentId: parent }),
      });
      return accountNumber;
    },

    async link(account, accountId) {
      await call('PUT', `/v1/accounts/${account}`, { CRMAccountId__c: accountId });
    },

    async ratePlan(name, currency, charges) {
      const lifetime = { EffectiveStartDate: '2020-01-01', EffectiveEndDate: '2040-01-01' };
      const productId = await created('product', { Name: name, ...lifetime });
      const ratePlanId = await created('product-rate-plan', { Name: name, ProductId: productId, ...lifetime });
      const made: RatePlan['charges'] = [];
      for (const spec of charges)
        made.push({ id: await created('product-rate-plan-charge', chargeBody(spec, ratePlanId, currency)), spec });
      return { ratePlanId, charges: made };
    },

    async subscribe(account, plan, { start, months, autoRenew = true, quantity }) {
      const overrides = plan.charges
        .filter(({ spec }) => spec.kind === 'perUnit' && quantity !== undefined)
        .map(({ id }) => ({ productRatePlanChargeId: id, pricing: { recurringPerUnit: { quantity } } }));
      const period = months === 'evergreen' ? {} : { period: months, periodType: 'Month' };
      const order = await call<{ subscriptions: { subscriptionNumber: string }[] }>('POST', '/v1/orders', {
        orderDate: start,
        existingAccountNumber: account,
        processingOptions: { runBilling: false, collectPayment: false },
        subscriptions: [
          {
            orderActions: [
              {
                type: 'CreateSubscription',
                triggerDates: ['ContractEffective', 'ServiceActivation', 'CustomerAcceptance'].map((trigger) => ({
                  name: trigger,
                  triggerDate: start,
                })),
                createSubscription: {
                  terms: {
                    initialTerm: {
                      termType: months === 'evergreen' ? 'EVERGREEN' : 'TERMED',
                      startDate: start,
                      ...period,
                    },
                    ...(months === 'evergreen'
                      ? {}
                      : { renewalSetting: 'RENEW_WITH_SPECIFIC_TERM', renewalTerms: [period], autoRenew }),
                  },
                  subscribeToRatePlans: [{ productRatePlanId: plan.ratePlanId, chargeOverrides: overrides }],
                },
              },
            ],
          },
        ],
      });
      return order.subscriptions[0]!.subscriptionNumber;
    },

    async bill(account, targetDate) {
      await call('POST', '/__sim/act/post-invoice', { account, targetDate });
    },
    async pay(account) {
      await call('POST', '/__sim/act/pay-invoice', { account });
    },
    async failPayment(account) {
      await call('POST', '/__sim/act/fail-payment', { account });
    },
    async chargeNumber(subscription, name) {
      const { ratePlans } = await call<{ ratePlans: { ratePlanCharges: { name: string; number: string }[] }[] }>(
        'GET',
        `/v1/subscriptions/${subscription}`,
      );
      const charge = ratePlans.flatMap((plan) => plan.ratePlanCharges).find((one) => one.name === name);
      if (!charge) throw new Error(`Subscription ${subscription} has no charge called ${name}`);
      return charge.number;
    },
    async recordUsage(account, subscription, charge, uom, quantity, day) {
      await created('usage', {
        AccountNumber: account,
        SubscriptionNumber: subscription,
        ChargeNumber: charge,
        UOM: uom,
        Quantity: quantity,
        StartDateTime: `${day}T08:00:00Z`,
      });
    },
    async cancel(account, subscription, day) {
      await call('POST', '/v1/orders', {
        orderDate: day,
        existingAccountNumber: account,
        subscriptions: [
          {
            subscriptionNumber: subscription,
            orderActions: [
              {
                type: 'CancelSubscription',
                triggerDates: ['ContractEffective', 'ServiceActivation', 'CustomerAcceptance'].map((trigger) => ({
                  name: trigger,
                  triggerDate: day,
                })),
                cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: day },
              },
            ],
          },
        ],
      });
    },
  };
}

function chargeBody(spec: ChargeSpec, ratePlanId: string, currency: string): object {
  const tier = (price: string) => ({
    ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: [{ Currency: currency, Price: Number(price) }] },
  });
  const common = {
    Name: spec.name,
    ProductRatePlanId: ratePlanId,
    BillCycleType: 'DefaultFromCustomer',
    TriggerEvent: 'ContractEffective',
    UseDiscountSpecificAccountingCode: false,
    ...tier(spec.price),
  };
  if (spec.kind === 'overage')
    return {
      ...common,
      ChargeType: 'Usage',
      ChargeModel: 'Overage Pricing',
      BillingPeriod: 'Month',
      UOM: spec.uom,
      IncludedUnits: spec.included,
    };
  return {
    ...common,
    ChargeType: 'Recurring',
    ChargeModel: spec.kind === 'flat' ? 'Flat Fee Pricing' : 'Per Unit Pricing',
    BillingPeriod: spec.period,
    ListPriceBase: 'Per Billing Period',
    BillingTiming: 'In Advance',
    ...(spec.kind === 'perUnit' ? { UOM: 'Each', DefaultQuantity: 1 } : {}),
  };
}

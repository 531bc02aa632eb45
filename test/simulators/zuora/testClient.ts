import { fetch, type Response } from 'undici';
import { startZuoraSim, type RunningZuoraSim, type ZuoraSimOptions } from './main.ts';

/** Parsed JSON as tests walk it; a path that is not there shows as a failed expectation. */
export type Loose = { readonly [key: string]: Loose };

/** An answer as tests look at it. */
export type Answer = { status: number; headers: Response['headers']; text: string; body: Loose };

/** The array at a place of an answer. */
export function rows(value: Loose | undefined): Loose[] {
  if (!Array.isArray(value)) throw new Error(`Not an array: ${JSON.stringify(value)}`);
  return value as Loose[];
}

/** The text at a place of an answer, such as an id. */
export function text(value: Loose | undefined): string {
  if (typeof value !== 'string') throw new Error(`Not a text: ${JSON.stringify(value)}`);
  return value;
}

/** Every charge of a subscription, over its rate plans. */
export const charges = (subscription: Loose): Loose[] =>
  rows(subscription.ratePlans).flatMap((plan) => rows(plan.ratePlanCharges));

/** Talks to a simulator over HTTP as an integration would, with a token and the newest version. */
export class TestClient {
  readonly sim: RunningZuoraSim;
  #token = '';

  constructor(sim: RunningZuoraSim) {
    this.sim = sim;
  }

  async signIn(): Promise<this> {
    const response = await fetch(`${this.sim.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: this.sim.clientId,
        client_secret: this.sim.clientSecret,
      }),
    });
    this.#token = ((await response.json()) as { access_token: string }).access_token;
    return this;
  }

  /** For calls that are made without this client. */
  get authorization(): string {
    return `Bearer ${this.#token}`;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : this.sim.url + path, {
      method,
      headers: {
        authorization: this.authorization,
        'zuora-version': '2025-08-12',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const sent = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text: sent,
      body: (isJson ? JSON.parse(sent) : sent) as Loose,
    };
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.call('GET', path, undefined, headers);
  }

  /** @throws when the answer is not a success, so that a test stops where it goes wrong */
  async post(path: string, body: unknown = {}): Promise<Loose> {
    const answer = await this.call('POST', path, body);
    const { success, Success } = answer.body as { success?: unknown; Success?: unknown };
    if (![200, 202].includes(answer.status) || success === false || Success === false)
      throw new Error(`POST ${path} answered ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** Sets the clock of the simulator to noon of a day in Los Angeles. */
  async today(day: string): Promise<void> {
    await this.post('/__sim/clock', { now: `${day}T20:00:00Z` });
  }

  async account(fields: Record<string, unknown> = {}): Promise<{ id: string; number: string }> {
    const made = await this.post('/v1/accounts', {
      name: 'Acme',
      currency: 'USD',
      billToContact: { firstName: 'Ada', lastName: 'Byron', country: 'United States', workEmail: 'ada@acme.example' },
      ...fields,
    });
    return { id: text(made.accountId), number: text(made.accountNumber) };
  }

  /** Adds a product with one rate plan of these charges; @returns ids by charge name, and the plan's. */
  async plan(charges: CatalogCharge[]): Promise<{ planId: string; charge: Record<string, string> }> {
    const product = await this.post('/v1/object/product', {
      Name: 'Platform',
      EffectiveStartDate: '2015-01-01',
      EffectiveEndDate: '2040-01-01',
    });
    const plan = await this.post('/v1/object/product-rate-plan', { Name: 'Standard', ProductId: product.Id });
    const charge: Record<string, string> = {};
    for (const { tiers, ...fields } of charges) {
      const made = await this.post('/v1/object/product-rate-plan-charge', {
        ChargeType: 'Recurring',
        BillCycleType: 'ChargeTriggerDay',
        ...(fields['ChargeType'] !== 'OneTime' && { BillingPeriod: 'Month' }),
        TriggerEvent: 'ContractEffective',
        UseDiscountSpecificAccountingCode: false,
        ...fields,
        ProductRatePlanId: plan.Id,
        ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: tiers },
      });
      charge[fields.Name] = text(made.Id);
    }
    return { planId: text(plan.Id), charge };
  }

  /** Orders a termed subscription of twelve months from a day; @returns its number */
  async subscribe(
    account: { number: string },
    planId: string,
    start: string,
    more: {
      chargeOverrides?: unknown[];
      terms?: Record<string, unknown>;
      plans?: unknown[];
      invoiceSeparately?: boolean;
    } = {},
  ): Promise<string> {
    const answer = await this.post('/v1/orders', {
      orderDate: start,
      existingAccountNumber: account.number,
      subscriptions: [
        {
          orderActions: [
            {
              type: 'CreateSubscription',
              triggerDates: triggerDates(start),
              createSubscription: {
                ...(more.invoiceSeparately && { invoiceSeparately: true }),
                terms: {
                  initialTerm: { termType: 'TERMED', period: 12, periodType: 'Month' },
                  renewalSetting: 'RENEW_WITH_SPECIFIC_TERM',
                  renewalTerms: [{ period: 12, periodType: 'Month' }],
                  autoRenew: false,
                  ...more.terms,
                },
                subscribeToRatePlans: more.plans ?? [
                  {
                    productRatePlanId: planId,
                    ...(more.chargeOverrides && { chargeOverrides: more.chargeOverrides }),
                  },
                ],
              },
            },
          ],
        },
      ],
    });
    return text(answer.subscriptions?.[0]?.subscriptionNumber);
  }

  /** Orders one action on a subscription. */
  act(
    account: { number: string },
    subscriptionNumber: string,
    day: string,
    action: Record<string, unknown>,
  ): Promise<Loose> {
    return this.post('/v1/orders', {
      orderDate: day,
      existingAccountNumber: account.number,
      subscriptions: [{ subscriptionNumber, orderActions: [{ triggerDates: triggerDates(day), ...action }] }],
    });
  }

  async subscription(number: string, detail = 'current-segment'): Promise<Loose> {
    return (await this.get(`/v1/subscriptions/${number}?charge-detail=${detail}`)).body;
  }
}

export type CatalogCharge = { Name: string; ChargeModel: string; tiers: unknown[]; [field: string]: unknown };

export const triggerDates = (day: string) =>
  ['ContractEffective', 'ServiceActivation', 'CustomerAcceptance'].map((name) => ({ name, triggerDate: day }));

export const testCard = (cardNumber = '4111111111111111') => ({
  type: 'CreditCard',
  cardNumber,
  cardType: 'Visa',
  expirationMonth: 12,
  expirationYear: 2030,
  cardHolderInfo: { cardHolderName: 'Ada Byron' },
});

/** Starts a simulator and signs in. */
export async function startTest(options: ZuoraSimOptions = {}): Promise<TestClient> {
  return new TestClient(await startZuoraSim(options)).signIn();
}

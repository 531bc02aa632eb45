import { RowFault } from '../../errors.ts';
import type { SRecord } from '../../types.ts';
import { derive, holders, nowOf, target, type DmlContext, type Save } from '../context.ts';
import { missing } from '../faults.ts';
import type { Behaviour } from './behaviour.ts';
import { removeSharesOfOldOwner } from './shares.ts';

const cents = (value: number): number => Math.round(Number(`${value.toPrecision(15)}e2`)) / 100;
const integrity = (message: string, field: string): RowFault =>
  new RowFault('FIELD_INTEGRITY_EXCEPTION', `field integrity exception: ${field} (${message})`, [field]);

function stageNamed({ schema, store }: DmlContext, name: unknown): SRecord | undefined {
  return store.live(schema.object('OpportunityStage')!).find((stage) => stage['ApiName'] === name);
}

/** What the stage says, unless the writer said otherwise; a stage that is no longer listed changes nothing. */
function applyStage({ context, before, after, written }: Save): void {
  if (before && before['StageName'] === after['StageName']) return;
  const stage = stageNamed(context, after['StageName']);
  after['LastStageChangeDate'] = before ? nowOf(context) : null;
  after['IsClosed'] = stage?.['IsClosed'] ?? false;
  after['IsWon'] = stage?.['IsWon'] ?? false;
  if (!written.has('Probability')) after['Probability'] = stage?.['DefaultProbability'] ?? 0;
  if (!written.has('ForecastCategoryName'))
    after['ForecastCategoryName'] = stage?.['ForecastCategoryName'] ?? 'Pipeline';
}

const FORECASTS: Readonly<Record<string, string>> = { 'Best Case': 'BestCase', Commit: 'Forecast' };

export const opportunity: Behaviour = {
  prepare(save) {
    const { before, after } = save;
    applyStage(save);
    const forecast = String(after['ForecastCategoryName'] ?? 'Pipeline');
    after['ForecastCategory'] = FORECASTS[forecast] ?? forecast;
    if (before?.['HasOpportunityLineItem'] === true) {
      // An Amount that comes from line items cannot be written; the rest of the row is.
      after['Amount'] = before['Amount'] ?? null;
      after['TotalOpportunityQuantity'] = before['TotalOpportunityQuantity'] ?? null;
      if (before['Pricebook2Id'] !== after['Pricebook2Id'])
        throw integrity('the price book cannot be changed while there are opportunity products', 'Pricebook2Id');
    }
    const amount = after['Amount'] ?? null;
    after['ExpectedRevenue'] =
      amount === null ? null : cents((Number(amount) * Number(after['Probability'] ?? 0)) / 100);
    const [year = '', month = ''] = String(after['CloseDate'] ?? '').split('-');
    after['FiscalYear'] = Number(year);
    after['FiscalQuarter'] = Math.ceil(Number(month) / 3);
    after['Fiscal'] = `${year} ${after['FiscalQuarter']}`;
  },
  saved: removeSharesOfOldOwner,
};

function lineName(opportunity: SRecord, product: SRecord | null): string {
  return `${String(opportunity['Name'])} ${String(product?.['Name'] ?? '')}`.trim().slice(0, 376);
}

/** Amount and quantity of the Opportunity are those of its lines. */
function total(context: DmlContext, opportunityId: unknown): void {
  const opportunity = target(context, 'Opportunity', opportunityId);
  if (!opportunity) return;
  const lines = holders(context, 'OpportunityLineItem', 'OpportunityId', opportunity.Id);
  const sum = (field: string): number => cents(lines.reduce((all, line) => all + Number(line[field] ?? 0), 0));
  const amount = lines.length > 0 ? sum('TotalPrice') : (opportunity['Amount'] ?? null);
  derive(context, context.schema.object('Opportunity')!, opportunity.Id, {
    HasOpportunityLineItem: lines.length > 0,
    Amount: amount,
    ...(lines.length > 0 ? { TotalOpportunityQuantity: sum('Quantity') } : {}),
    ExpectedRevenue: amount === null ? null : cents((Number(amount) * Number(opportunity['Probability'] ?? 0)) / 100),
  });
}

function price({ after, written }: Save, entry: SRecord): void {
  const quantity = Number(after['Quantity']);
  if (quantity === 0) throw new RowFault('FIELD_INTEGRITY_EXCEPTION', 'Quantity must be nonzero', ['Quantity']);
  const factor = 1 - Number(after['Discount'] ?? 0) / 100;
  const gives = (name: string): boolean => written.has(name) && (after[name] ?? null) !== null;
  if (gives('UnitPrice') && gives('TotalPrice'))
    throw new RowFault('FIELD_INTEGRITY_EXCEPTION', 'line item may only specify one of total price or unit price', [
      'TotalPrice',
      'UnitPrice',
    ]);
  if (gives('TotalPrice')) {
    after['UnitPrice'] = factor === 0 ? 0 : cents(Number(after['TotalPrice']) / quantity / factor);
  } else {
    if ((after['UnitPrice'] ?? null) === null) throw missing(['UnitPrice']);
    after['TotalPrice'] = cents(Number(after['UnitPrice']) * quantity * factor);
  }
  after['Subtotal'] = cents(Number(after['UnitPrice']) * quantity);
  after['ListPrice'] = entry['UnitPrice'] ?? null;
}

/** The price book entry of a line: as given, or the one of its product in the price book of the Opportunity. */
function entryOf({ context, after }: Save, opportunity: SRecord): SRecord | null {
  if ((after['PricebookEntryId'] ?? null) !== null) return target(context, 'PricebookEntry', after['PricebookEntryId']);
  if ((after['Product2Id'] ?? null) === null) throw missing(['PricebookEntryId']);
  const entries = holders(context, 'PricebookEntry', 'Product2Id', String(after['Product2Id']));
  return entries.find((entry) => entry['Pricebook2Id'] === opportunity['Pricebook2Id']) ?? null;
}

/** Products of an Opportunity (Object Reference, "OpportunityLineItem"). */
export const lineItem: Behaviour = {
  prepare(save) {
    const { context, before, after } = save;
    const opportunity = target(context, 'Opportunity', after['OpportunityId']);
    if (!opportunity) return;
    const entry = entryOf(save, opportunity);
    if (!entry || entry['Pricebook2Id'] !== opportunity['Pricebook2Id'])
      throw integrity(
        'pricebook entry is in a different pricebook than the one assigned to the opportunity, or opportunity has no pricebook assigned',
        'PricebookEntryId',
      );
    if (!before && entry['IsActive'] !== true) throw integrity('pricebook entry is inactive', 'PricebookEntryId');
    const product = target(context, 'Product2', entry['Product2Id']);
    after['PricebookEntryId'] = entry.Id;
    after['Product2Id'] = product?.Id ?? null;
    after['ProductCode'] = product?.['ProductCode'] ?? null;
    after['Name'] = lineName(opportunity, product);
    price(save, entry);
  },
  saved: ({ context, after }) => total(context, after['OpportunityId']),
  removed: (context, record) => total(context, record['OpportunityId']),
};

/** One role of an Opportunity is the primary one. */
export const contactRole: Behaviour = {
  saved({ context, object, after }) {
    if (after['IsPrimary'] !== true) return;
    for (const other of holders(context, object.name, 'OpportunityId', String(after['OpportunityId'])))
      if (other.Id !== after.Id) derive(context, object, other.Id, { IsPrimary: false });
  },
};

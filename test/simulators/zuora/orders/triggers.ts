import type { TriggerEvent } from '../catalog/model.ts';
import { category } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { refuse } from './refuse.ts';
import type { OrderAction } from './schema/actions.ts';

/** Dates of an order action by trigger event; null: the tenant asks for it and the order does not give it. */
export type Triggers = Record<TriggerEvent, string | null> & { ContractEffective: string };

/** Actions that wait in a Pending order for the dates that the tenant asks for. */
const waiting = [
  'CreateSubscription',
  'AddProduct',
  'UpdateProduct',
  'RemoveProduct',
  'RenewSubscription',
  'TermsAndConditions',
];

/**
 * Trigger dates of an action. Activation falls back on the contract date and acceptance on activation, unless the
 * tenant's settings ask for them (Zuora docs, "Billing trigger dates").
 */
export function triggersOf(tenant: Tenant, action: OrderAction, orderDate: string): Triggers {
  const given = Object.fromEntries((action.triggerDates ?? []).map((one) => [one.name, one.triggerDate ?? null]));
  const contract = given['ContractEffective'] ?? orderDate;
  const asks = waiting.includes(action.type);
  const { requireServiceActivation, requireCustomerAcceptance } = tenant.options;
  const service = given['ServiceActivation'] ?? (asks && requireServiceActivation ? null : contract);
  const acceptance = given['CustomerAcceptance'] ?? (asks && requireCustomerAcceptance ? null : (service ?? contract));
  if ((service !== null && service < contract) || (acceptance !== null && acceptance < (service ?? contract)))
    return refuse(
      category.rule,
      'The dates of contract, service activation and customer acceptance must follow each other in this order.',
    );
  return { ContractEffective: contract, ServiceActivation: service, CustomerAcceptance: acceptance };
}

export const isComplete = (triggers: Triggers): boolean =>
  triggers.ServiceActivation !== null && triggers.CustomerAcceptance !== null;

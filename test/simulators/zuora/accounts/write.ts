import * as z from 'zod';
import { emit } from '../callouts/emit.ts';
import type { Account, CustomFields } from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { changeContact, contactChangeSchema, contactSchema, newContact } from './contact.ts';
import { addPaymentMethod, paymentMethodSchema } from './paymentMethods.ts';

const text = z.string().nullable().optional();

const shared = {
  additionalEmailAddresses: z.array(z.string()).optional(),
  autoPay: z.boolean().optional(),
  batch: z.string().optional(),
  billCycleDay: z.number().int().min(0).max(31).optional(),
  communicationProfileId: text,
  crmId: text,
  invoiceDeliveryPrefsEmail: z.boolean().optional(),
  invoiceDeliveryPrefsPrint: z.boolean().optional(),
  name: z.string().min(1).max(255).optional(),
  notes: text,
  parentId: text,
  paymentGateway: text,
  paymentTerm: z.enum(['Due Upon Receipt', 'Net 15', 'Net 30', 'Net 45', 'Net 60', 'Net 90']).optional(),
  purchaseOrderNumber: text,
  salesRep: text,
};

/** Body of POST /v1/accounts without custom fields; what is missing here is refused. */
export const newAccountSchema = z.strictObject({
  ...shared,
  name: z.string().min(1).max(255),
  currency: z.string().regex(/^[A-Z]{3}$/),
  accountNumber: z.string().min(1).max(70).optional(),
  billToContact: contactSchema,
  soldToContact: contactSchema.optional(),
  soldToSameAsBillTo: z.boolean().optional(),
  paymentMethod: paymentMethodSchema.optional(),
  hpmCreditCardPaymentMethodId: z.string().optional(),
});

export type NewAccount = z.output<typeof newAccountSchema>;

/** Body of PUT /v1/accounts/{key} without custom fields; the currency of an account cannot be changed. */
export const accountChangeSchema = z.strictObject({
  ...shared,
  defaultPaymentMethodId: text,
  billToContact: contactChangeSchema.optional(),
  soldToContact: contactChangeSchema.optional(),
});

/** Prefix of numbers that Zuora gives itself; numbers of one's own must not start with it. */
const ownPrefix = 'A';

/** Creates an account, as POST /v1/accounts and `newAccount` of an order do; the caller tells AccountCreated. */
export function createAccount(tenant: Tenant, body: NewAccount, custom: CustomFields): Account {
  const { accountNumber } = body;
  if (accountNumber !== undefined && tenant.data.accounts.some((one) => one.accountNumber === accountNumber))
    throw new ZuoraError(category.badValue, `The account number ${accountNumber} is invalid.`, resource.account);
  if (accountNumber !== undefined && new RegExp(`^${ownPrefix}\\d`).test(accountNumber))
    throw new ZuoraError(
      category.badValue,
      'The account number must not start with the default prefix.',
      resource.account,
    );
  if (body.hpmCreditCardPaymentMethodId !== undefined) {
    tenant.ctx.calls.refuse('accounts: hpmCreditCardPaymentMethodId');
    throw new ZuoraError(category.badValue, 'hpmCreditCardPaymentMethodId is invalid.', resource.account);
  }
  if (body.autoPay && !body.paymentMethod)
    throw new ZuoraError(category.rule, 'Auto-pay needs a payment method.', resource.account);
  if (body.parentId != null) tenant.account(body.parentId);
  const at = tenant.now();
  const billTo = newContact(tenant, body.billToContact);
  const account: Account = {
    id: tenant.newId(),
    accountNumber: accountNumber ?? tenant.number(ownPrefix),
    name: body.name,
    status: 'Active',
    crmId: body.crmId ?? null,
    batch: body.batch ?? 'Batch1',
    parentId: body.parentId ?? null,
    notes: body.notes ?? null,
    salesRep: body.salesRep ?? null,
    purchaseOrderNumber: body.purchaseOrderNumber ?? null,
    communicationProfileId: body.communicationProfileId ?? '303d186840e611df817c002185d714e1',
    currency: body.currency,
    billCycleDay: body.billCycleDay ?? 0,
    autoPay: body.autoPay ?? false,
    paymentTerm: body.paymentTerm ?? 'Due Upon Receipt',
    paymentGateway: body.paymentGateway ?? null,
    defaultPaymentMethodId: null,
    invoiceDeliveryPrefsEmail: body.invoiceDeliveryPrefsEmail ?? true,
    invoiceDeliveryPrefsPrint: body.invoiceDeliveryPrefsPrint ?? false,
    additionalEmailAddresses: body.additionalEmailAddresses ?? [],
    billTo,
    soldTo: body.soldToContact ? newContact(tenant, body.soldToContact) : { ...billTo },
    customFields: custom,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.accounts.push(account);
  if (body.paymentMethod) addPaymentMethod(tenant, account, body.paymentMethod, true);
  tenant.touch();
  return account;
}

/** Changes an account, as PUT /v1/accounts/{key} does; custom fields that are not named stay. */
export function changeAccount(
  tenant: Tenant,
  account: Account,
  body: z.output<typeof accountChangeSchema>,
  custom: CustomFields,
): void {
  if (account.status === 'Canceled') throw ZuoraError.of(51500030, 'Cannot update a cancelled account.');
  const { billToContact, soldToContact, defaultPaymentMethodId, ...fields } = body;
  if (defaultPaymentMethodId != null) {
    const method = tenant.data.paymentMethods.find((one) => one.id === defaultPaymentMethodId);
    if (method?.accountId !== account.id)
      throw new ZuoraError(category.badValue, 'defaultPaymentMethodId is invalid.', resource.account);
  }
  const defaultMethod = defaultPaymentMethodId === undefined ? account.defaultPaymentMethodId : defaultPaymentMethodId;
  if ((body.autoPay ?? account.autoPay) && defaultMethod === null)
    throw new ZuoraError(category.rule, 'Auto-pay needs a payment method.', resource.account);
  if (body.parentId != null) tenant.account(body.parentId);
  Object.assign(account, fields, { defaultPaymentMethodId: defaultMethod });
  if (billToContact) changeContact(account.billTo, billToContact);
  if (soldToContact) changeContact(account.soldTo, soldToContact);
  Object.assign(account.customFields, custom);
  account.updatedDate = tenant.now();
  tenant.touch();
  emit(tenant, 'AccountEdited', account, {});
}

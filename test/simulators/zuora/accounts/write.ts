import * as z from 'zod';
import { emit } from '../callouts/emit.ts';
import { defaultProfileId } from '../callouts/model.ts';
import type { CustomFields } from '../model.ts';
import { addPaymentMethod } from '../payments/methods.ts';
import { paymentMethodSchema, type NewMethod } from '../payments/methodSchema.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { currencyField, dateField } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { changeContact, checkChange, contactChangeSchema, contactSchema, newContact } from './contact.ts';
import type { Account, TaxInfo } from './model.ts';

const text = z.string().nullable().optional();

const taxInfoSchema = z.strictObject({
  VATId: text,
  companyCode: text,
  exemptCertificateId: text,
  exemptCertificateType: text,
  exemptDescription: text,
  exemptEffectiveDate: dateField.nullable().optional(),
  exemptEntityUseCode: text,
  exemptExpirationDate: dateField.nullable().optional(),
  exemptIssuingJurisdiction: text,
  exemptStatus: z.enum(['No', 'Yes', 'pendingVerification']),
});

const shared = {
  additionalEmailAddresses: z.array(z.string()).optional(),
  autoPay: z.boolean().optional(),
  batch: z
    .string()
    .regex(/^Batch\d{1,2}$/)
    .optional(),
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
  customerServiceRepName: text,
  invoiceTemplateId: text,
  sequenceSetId: text,
  partnerAccount: z.boolean().optional(),
  taxInfo: taxInfoSchema.optional(),
};

const digits = z.union([z.string().regex(/^\d+$/), z.number()]).transform(Number);

const creditCardSchema = z.strictObject({
  cardHolderInfo: z.looseObject({ cardHolderName: z.string() }).optional(),
  cardNumber: z.string().regex(/^\d{13,19}$/),
  cardType: z.enum(['Visa', 'MasterCard', 'AmericanExpress', 'Discover']),
  expirationMonth: digits,
  expirationYear: digits,
  securityCode: z.string().optional(),
});

/** Body of POST /v1/accounts without custom fields; what is missing here is refused. */
export const newAccountSchema = z.strictObject({
  ...shared,
  name: z.string().min(1).max(255),
  currency: currencyField,
  accountNumber: z.string().min(1).max(70).optional(),
  billToContact: contactSchema,
  soldToContact: contactSchema.optional(),
  shipToContact: contactSchema.optional(),
  soldToSameAsBillTo: z.boolean().optional(),
  paymentMethod: paymentMethodSchema.optional(),
  /** The older way to give a card. */
  creditCard: creditCardSchema.optional(),
  hpmCreditCardPaymentMethodId: z.string().optional(),
});

export type NewAccount = z.output<typeof newAccountSchema>;

/** Body of PUT /v1/accounts/{key} without custom fields; the currency of an account cannot be changed. */
export const accountChangeSchema = z.strictObject({
  ...shared,
  defaultPaymentMethodId: text,
  billToContact: contactChangeSchema.optional(),
  soldToContact: contactChangeSchema.optional(),
  shipToContact: contactChangeSchema.optional(),
  billToContactId: z.string().optional(),
  soldToContactId: z.string().optional(),
  shipToContactId: z.string().optional(),
});

/** Prefix of numbers that Zuora gives itself; numbers of one's own must not start with it. */
const ownPrefix = 'A';

const refuse = (kind: number, message: string): never => {
  throw new ZuoraError(kind, message, resource.account);
};

const fullTaxInfo = (given: z.output<typeof taxInfoSchema>): TaxInfo => ({
  VATId: given.VATId ?? null,
  companyCode: given.companyCode ?? null,
  exemptCertificateId: given.exemptCertificateId ?? null,
  exemptCertificateType: given.exemptCertificateType ?? null,
  exemptDescription: given.exemptDescription ?? null,
  exemptEffectiveDate: given.exemptEffectiveDate ?? null,
  exemptEntityUseCode: given.exemptEntityUseCode ?? null,
  exemptExpirationDate: given.exemptExpirationDate ?? null,
  exemptIssuingJurisdiction: given.exemptIssuingJurisdiction ?? null,
  exemptStatus: given.exemptStatus,
});

/** Creates an account, as POST /v1/accounts and `newAccount` of an order do; the caller tells AccountCreated. */
export function createAccount(tenant: Tenant, body: NewAccount, custom: CustomFields): Account {
  const { accountNumber, hpmCreditCardPaymentMethodId: hpmId } = body;
  if (accountNumber !== undefined && tenant.by('accounts', 'accountNumber', accountNumber).length > 0)
    refuse(category.badValue, `The account number ${accountNumber} is invalid.`);
  if (accountNumber !== undefined && new RegExp(`^${ownPrefix}\\d`).test(accountNumber))
    refuse(category.badValue, 'The account number must not start with the default prefix.');
  const waiting =
    hpmId === undefined
      ? undefined
      : tenant.data.paymentMethods.find((one) => one.id === hpmId && one.accountId === null);
  if (hpmId !== undefined && !waiting) refuse(category.badValue, 'hpmCreditCardPaymentMethodId is invalid.');
  const method: NewMethod | undefined =
    body.paymentMethod ?? (body.creditCard && { type: 'CreditCard', ...body.creditCard });
  if (body.autoPay && !method && !waiting) refuse(category.rule, 'Auto-pay needs a payment method.');
  if (body.communicationProfileId != null) tenant.one('communicationProfiles', body.communicationProfileId);
  const parentId = body.parentId == null ? null : tenant.account(body.parentId).id;
  const at = tenant.now();
  const id = tenant.newId();
  const billTo = newContact(tenant, id, body.billToContact);
  const account: Account = {
    id,
    accountNumber: accountNumber ?? tenant.number(ownPrefix),
    name: body.name,
    status: 'Active',
    crmId: body.crmId ?? null,
    batch: body.batch ?? 'Batch1',
    parentId,
    notes: body.notes ?? null,
    salesRep: body.salesRep ?? null,
    purchaseOrderNumber: body.purchaseOrderNumber ?? null,
    customerServiceRepName: body.customerServiceRepName ?? null,
    invoiceTemplateId: body.invoiceTemplateId ?? null,
    sequenceSetId: body.sequenceSetId ?? null,
    partnerAccount: body.partnerAccount ?? false,
    communicationProfileId: body.communicationProfileId ?? defaultProfileId,
    currency: body.currency,
    billCycleDay: body.billCycleDay ?? 0,
    autoPay: body.autoPay ?? false,
    paymentTerm: body.paymentTerm ?? 'Due Upon Receipt',
    paymentGateway: body.paymentGateway ?? null,
    defaultPaymentMethodId: null,
    invoiceDeliveryPrefsEmail: body.invoiceDeliveryPrefsEmail ?? true,
    invoiceDeliveryPrefsPrint: body.invoiceDeliveryPrefsPrint ?? false,
    additionalEmailAddresses: body.additionalEmailAddresses ?? [],
    billToId: billTo.id,
    soldToId: body.soldToContact ? newContact(tenant, id, body.soldToContact).id : billTo.id,
    shipToId: body.shipToContact ? newContact(tenant, id, body.shipToContact).id : null,
    taxInfo: body.taxInfo ? fullTaxInfo(body.taxInfo) : null,
    customFields: custom,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.accounts.push(account);
  if (method) addPaymentMethod(tenant, account, method, true);
  if (waiting) {
    waiting.accountId = account.id;
    account.defaultPaymentMethodId = waiting.id;
  }
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
  const { billToContact, soldToContact, shipToContact, ...others } = body;
  const { billToContactId, soldToContactId, shipToContactId, defaultPaymentMethodId, taxInfo, ...fields } = others;
  if (defaultPaymentMethodId != null) {
    const method = tenant.data.paymentMethods.find((one) => one.id === defaultPaymentMethodId);
    if (method?.accountId !== account.id || method.status !== 'Active')
      refuse(category.badValue, 'defaultPaymentMethodId is invalid.');
  }
  for (const id of [billToContactId, soldToContactId, shipToContactId])
    if (id !== undefined && tenant.contact(id).accountId !== account.id)
      refuse(category.badValue, `The contact ${id} is not of this account.`);
  const defaultMethod = defaultPaymentMethodId === undefined ? account.defaultPaymentMethodId : defaultPaymentMethodId;
  if ((body.autoPay ?? account.autoPay) && defaultMethod === null)
    refuse(category.rule, 'Auto-pay needs a payment method.');
  if (fields.parentId != null) fields.parentId = parentOf(tenant, account, fields.parentId).id;
  if (fields.communicationProfileId != null) tenant.one('communicationProfiles', fields.communicationProfileId);
  // All of a call or nothing of it.
  if (billToContact) checkChange(tenant.contact(billToContactId ?? account.billToId), billToContact);
  if (soldToContact) checkChange(tenant.contact(soldToContactId ?? account.soldToId), soldToContact);
  Object.assign(account, fields, { defaultPaymentMethodId: defaultMethod });
  if (taxInfo) account.taxInfo = fullTaxInfo(taxInfo);
  account.billToId = billToContactId ?? account.billToId;
  account.soldToId = soldToContactId ?? account.soldToId;
  account.shipToId = shipToContactId ?? account.shipToId;
  if (billToContact) changeContact(tenant, tenant.contact(account.billToId), billToContact);
  if (soldToContact) changeSoldTo(tenant, account, soldToContact);
  if (shipToContact && account.shipToId) changeContact(tenant, tenant.contact(account.shipToId), shipToContact);
  Object.assign(account.customFields, custom);
  account.updatedDate = tenant.now();
  tenant.touch();
  emit(tenant, 'AccountEdited', account, {});
}

/** An account sold to its bill-to contact gets one of its own as soon as the two differ. */
function changeSoldTo(tenant: Tenant, account: Account, change: Record<string, unknown>): void {
  if (account.soldToId !== account.billToId) return changeContact(tenant, tenant.contact(account.soldToId), change);
  const { id: _, accountId, createdDate: _c, updatedDate: _u, ...fields } = tenant.contact(account.billToId);
  account.soldToId = newContact(tenant, accountId, { ...fields, ...change }).id;
}

/** @throws ZuoraError where the account would stand above itself */
function parentOf(tenant: Tenant, account: Account, key: string): Account {
  const parent = tenant.account(key);
  for (
    let above: Account | undefined = parent;
    above;
    above = above.parentId ? tenant.account(above.parentId) : undefined
  )
    if (above.id === account.id) refuse(category.rule, 'An account cannot be its own parent.');
  return parent;
}

import type { CustomFields } from '../model.ts';

export const contactFields = [
  'address1',
  'address2',
  'city',
  'country',
  'county',
  'fax',
  'firstName',
  'homePhone',
  'lastName',
  'mobilePhone',
  'nickname',
  'otherPhone',
  'otherPhoneType',
  'personalEmail',
  'state',
  'taxRegion',
  'workEmail',
  'workPhone',
  'zipCode',
  'contactDescription',
] as const;

export type Contact = { id: string; accountId: string; createdDate: number; updatedDate: number } & Record<
  (typeof contactFields)[number],
  string | null
>;

export type TaxInfo = {
  VATId: string | null;
  companyCode: string | null;
  exemptCertificateId: string | null;
  exemptCertificateType: string | null;
  exemptDescription: string | null;
  exemptEffectiveDate: string | null;
  exemptEntityUseCode: string | null;
  exemptExpirationDate: string | null;
  exemptIssuingJurisdiction: string | null;
  exemptStatus: 'No' | 'Yes' | 'pendingVerification';
};

export type Account = {
  id: string;
  accountNumber: string;
  name: string;
  status: 'Active' | 'Canceled';
  crmId: string | null;
  batch: string;
  parentId: string | null;
  notes: string | null;
  salesRep: string | null;
  purchaseOrderNumber: string | null;
  customerServiceRepName: string | null;
  invoiceTemplateId: string | null;
  sequenceSetId: string | null;
  partnerAccount: boolean;
  /** null: the account is muted and gets no callouts. */
  communicationProfileId: string | null;
  currency: string;
  /** 0 while no charge has set it (auto-set). */
  billCycleDay: number;
  autoPay: boolean;
  paymentTerm: string;
  paymentGateway: string | null;
  defaultPaymentMethodId: string | null;
  invoiceDeliveryPrefsEmail: boolean;
  invoiceDeliveryPrefsPrint: boolean;
  additionalEmailAddresses: string[];
  billToId: string;
  soldToId: string;
  shipToId: string | null;
  taxInfo: TaxInfo | null;
  customFields: CustomFields;
  createdDate: number;
  updatedDate: number;
};

export type AccountData = { accounts: Account[]; contacts: Contact[] };

export const emptyAccounts = (): AccountData => ({ accounts: [], contacts: [] });

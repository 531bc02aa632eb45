import type { BillTo } from '../billTo/billTo.ts';

/** An Account of Salesforce, as far as a billing account is made of it. */
export type AccountToBill = {
  /** 18 characters. */
  id: string;
  name: string;
  /** Developer name; null where it has none. */
  recordType: string | null;
  /** Those that the settings name, by their API name. */
  fields: Readonly<Record<string, string | number | boolean | null>>;
  /** ISO 4217 code that it would be billed in. */
  currency: string;
  /** Id of the Contact that invoices go to, 18 characters; null where none is chosen and not just one has an email. */
  contactId: string | null;
  /** How many of its Contacts have an email, where none is chosen; 2 for more than one. */
  contactsWithEmail: number;
  billTo: BillTo;
  /** Somebody says that it is to have a billing account of its own, although the company seems to have one. */
  isSeparate: boolean;
  /** An open Opportunity of it is at one of the stages of the settings. */
  isAtStage: boolean;
  /** A won deal of it waits for a billing account. */
  hasWonDeal: boolean;
};

/** A billing account of either system that is none of the Account's own and may be the same customer. */
export type OtherBillingAccount = {
  connection: string;
  number: string;
  name: string | null;
  email: string | null;
  /** The Account that it belongs to, 18 characters; null while it belongs to none. */
  accountId: string | null;
};

/** What is to be made. JSON-safe. */
export type NewBillingAccount = {
  /** Chosen by us: it is taken once. */
  number: string;
  /** The Account that it names, and the Contact that it is billed to; 18 characters. */
  accountId: string;
  contactId: string;
  name: string;
  currency: string;
  billTo: BillTo;
};

/** A billing account that was made. */
export type MadeBillingAccount = {
  /** In the billing system, and the number that people know it by. */
  id: string;
  number: string;
};

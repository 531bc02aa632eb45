import type { AccountView } from '../../../domain/account/view.ts';
import { partsOf } from '../../../domain/billingAccount/key.ts';
import type { Invoice } from '../../../domain/invoice/invoice.ts';
import type { InvoiceItem } from '../../../domain/invoice/invoiceItem.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, decimal, lookups, name, origin, text } from './fields.ts';

export function invoiceRow({ invoice, attempts }: AccountView['invoices'][number], keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', invoice.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', invoice.subscriptionKey],
  });
  return {
    object: 'Billing_Invoice__c',
    key: invoice.key,
    fields: {
      ...name(invoice.number),
      ...emptied,
      ...origin(invoice, invoice.amount.currency),
      Number__c: text(invoice.number),
      Status__c: text(invoice.status, 40),
      Amount__c: amount(invoice.amount),
      Balance__c: amount(invoice.balance),
      Invoice_Date__c: invoice.invoicedOn,
      Due_Date__c: invoice.dueOn,
      Attempt_Count__c: Math.min(attempts, 9999),
      Next_Attempt__c: invoice.nextAttemptAt,
    },
    parents,
  };
}

export function invoiceItemRow(item: InvoiceItem, invoice: Invoice, keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', invoice.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoice.key],
    Billing_Subscription__r: ['Billing_Subscription__c', item.subscriptionKey],
  });
  return {
    object: 'Billing_Invoice_Item__c',
    key: item.key,
    partOf: invoice.key,
    fields: {
      ...name(item.name),
      ...emptied,
      ...origin(invoice, invoice.amount.currency),
      Status__c: 'Current',
      Description__c: text(item.name),
      Kind__c: text(item.kind, 40),
      Invoice_Number__c: text(invoice.number),
      Subscription_Number__c: text(item.subscriptionKey === null ? null : partsOf(item.subscriptionKey).id),
      Quantity__c: decimal(item.quantity),
      Unit_Price__c: decimal(item.unitPrice, 8),
      Amount__c: amount(item.amount),
      Discount__c: amount(item.discount),
      Tax__c: amount(item.tax),
      Period_Start__c: item.startsOn,
      Period_End__c: item.endsOn,
    },
    parents,
  };
}

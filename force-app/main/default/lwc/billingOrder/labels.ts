import arr from '@salesforce/label/c.Billing_ARR';
import asOf from '@salesforce/label/c.Billing_Deal_Order_As_Of';
import awaiting from '@salesforce/label/c.Billing_Deal_Order_Awaiting';
import by from '@salesforce/label/c.Billing_Deal_Order_By';
import canceled from '@salesforce/label/c.Billing_State_Canceled';
import failed from '@salesforce/label/c.Billing_State_Failed';
import firstInvoice from '@salesforce/label/c.Billing_Deal_Order_First_Invoice';
import mrr from '@salesforce/label/c.Billing_MRR';
import notReady from '@salesforce/label/c.Billing_Deal_Order_Not_Ready';
import number from '@salesforce/label/c.Billing_Deal_Order_Number';
import order from '@salesforce/label/c.Billing_Deal_Order';
import ordered from '@salesforce/label/c.Billing_Deal_Order_Ordered';
import ordering from '@salesforce/label/c.Billing_Deal_Order_Ordering';
import pending from '@salesforce/label/c.Billing_State_Pending';
import preview from '@salesforce/label/c.Billing_Deal_Order_Preview';
import previewNote from '@salesforce/label/c.Billing_Deal_Order_Preview_Note';
import ready from '@salesforce/label/c.Billing_Deal_Order_Ready';
import saidFault from '@salesforce/label/c.Billing_Deal_Said_Fault';
import shadowNote from '@salesforce/label/c.Billing_Deal_Order_Shadow_Note';
import status from '@salesforce/label/c.Billing_Status';
import subscription from '@salesforce/label/c.Billing_Subscription';
import tcv from '@salesforce/label/c.Billing_Deal_TCV';

export {
  arr,
  asOf,
  awaiting,
  by,
  canceled,
  failed,
  firstInvoice,
  mrr,
  notReady,
  number,
  order,
  ordered,
  ordering,
  pending,
  preview,
  previewNote,
  ready,
  shadowNote,
  status,
  subscription,
  tcv,
};

/** Words of the template. */
export const ofTemplate = { saidFault };

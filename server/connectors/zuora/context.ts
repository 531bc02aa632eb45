import type { BillingFieldNames } from '../../workflows/ports/billingFields.ts';
import type { ZuoraLinks } from './links.ts';

/** What converting needs besides the object. */
export type ZuoraContext = {
  connection: string;
  /** Zone of the tenant, in which its dates and times without offset are meant. */
  timeZone: string;
  /** Custom field of the Zuora account that names the Salesforce Account. */
  accountIdField: string;
  links: ZuoraLinks;
  /** Custom fields that are kept; none when absent. */
  fields?: BillingFieldNames;
};

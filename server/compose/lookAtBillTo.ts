import { createBillToReader } from '../connectors/salesforce/billTo/reader.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { partsOf } from '../domain/billingAccount/key.ts';
import { Fault } from '../domain/fault.ts';
import type { Config } from '../platform/config/config.ts';
import type { Db } from '../platform/db/database.ts';
import { createBillToBook } from '../sync/billTo/book.ts';
import { createMirrorReader } from '../sync/mirror/reader.ts';
import { lookAtBillTo } from '../workflows/billTo/followBillTo.ts';
import type { BillToDesk } from '../workflows/ports/billTo.ts';
import type { BillToView, OrgTools } from '../workflows/ports/orgTools.ts';
import { accountFieldsOf, billToRulesOf } from './billTo.ts';

/** @param openDesk of a connection */
export function lookAtBillTos(
  { billTo: config }: Pick<Config, 'billTo'>,
  db: Db,
  client: SalesforceClient,
  openDesk: (connection: string) => BillToDesk,
): OrgTools['billTos'] {
  const [mirror, book] = [createMirrorReader(db), createBillToBook(db)];
  const reader = createBillToReader(client, accountFieldsOf(config));
  return async (accountId) => {
    if (Object.values(config).every(({ mode }) => mode === 'off'))
      throw new Fault({
        code: 'bill_to_off',
        kind: 'invalid',
        publicText:
          'BILL_TO_FILE is not among the settings, or switches every connection off: no bill-to goes to billing.',
      });
    const views: BillToView[] = [];
    for (const billingAccountKey of await book.linkedTo(accountId)) {
      const { connection } = partsOf(billingAccountKey);
      const rules = billToRulesOf(config, connection);
      if (rules === null) continue;
      const known = await book.of(billingAccountKey);
      const standing = known?.standing ?? null;
      const look = await lookAtBillTo(
        { mirror, reader, desk: openDesk(connection), book, rules },
        billingAccountKey,
        standing,
      );
      const { contactId = null, decision = null } = look ?? {};
      const steps = await book.stepsOf(billingAccountKey);
      views.push({ billingAccountKey, mode: rules.mode, contactId, decision, standing, steps });
    }
    return views;
  };
}

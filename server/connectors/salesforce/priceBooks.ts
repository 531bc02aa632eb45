import { Fault } from '../../domain/fault.ts';
import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import type { PriceBookReader } from '../../workflows/ports/catalog.ts';
import { queryAll } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';
import { describeObjects, type DescribeObject } from './mapping/describe.ts';

/** What the settings say of the price book; `name` may also be its 15- or 18-character id. */
export type PriceBookSettings = { name: string; currency: string };

const QUERY = 'SELECT Id, Name, IsStandard FROM Pricebook2 WHERE IsDeleted = false';
/** An admin makes or renames a price book in a while; until then nothing of the catalog is written (real time, ms). */
const LOOK_AGAIN_MS = 300_000;

function missing(publicText: string): Fault {
  return new Fault({
    code: 'price_book_missing',
    kind: 'not_found',
    publicText,
    retryable: true,
    retryAfterMs: LOOK_AGAIN_MS,
  });
}

/**
 * Finds price books by their name or id in the org.
 * @param describe tells whether prices have a currency of their own (Object Reference, "PricebookEntry": CurrencyIsoCode)
 */
export function createPriceBookReader(
  client: SalesforceClient,
  { name, currency }: PriceBookSettings,
  describe?: DescribeObject,
): PriceBookReader {
  return {
    async priceBooks() {
      const found = (await queryAll(client, QUERY)).map(({ Id, Name, IsStandard }) => ({
        id: id18(String(Id)),
        name: String(Name),
        isStandard: IsStandard === true,
      }));
      const standard = found.find(({ isStandard }) => isStandard);
      const wanted = name.trim().toLowerCase();
      const ids = found.filter(({ id }) => id === name || id.slice(0, 15) === name);
      const named = ids.length > 0 ? ids : found.filter((book) => book.name.trim().toLowerCase() === wanted);
      if (standard === undefined)
        throw missing(
          'The integration user sees no standard price book, in which every product needs a price first. Open it once in Setup, so that Salesforce makes it, and give the user the permission set Integration_Write.',
        );
      const [sold] = named;
      if (sold === undefined)
        throw missing(
          `The org has no price book "${name}". Make it, or correct CATALOG_PRICE_BOOK; products and prices of billing wait for it.`,
        );
      if (named.length > 1)
        throw missing(
          `The org has ${named.length} price books "${name}". Put the id of the one that is meant into CATALOG_PRICE_BOOK: ${named.map(({ id }) => id).join(' or ')}.`,
        );
      const namesCurrency =
        (await (describe ?? describeObjects(client))('PricebookEntry'))?.has('currencyisocode') ?? false;
      return { standard: standard.id, sold: sold.id, currency, namesCurrency };
    },
  };
}

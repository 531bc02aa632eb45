import { NAMED_DEAL } from '../../workflows/ports/deals.ts';

/** Labels of objects whose names say something else (Object Reference). */
const OTHERS: Readonly<Record<string, string>> = {
  Product2: 'Product',
  PricebookEntry: 'Price Book Entry',
  OpportunityLineItem: 'Opportunity Product',
  [NAMED_DEAL]: 'Opportunity',
};

/** @returns what people read for an object in the org; the labels of the package's own are their names in words */
export const objectLabel = (name: string): string => OTHERS[name] ?? name.replace(/__c$/, '').replaceAll('_', ' ');

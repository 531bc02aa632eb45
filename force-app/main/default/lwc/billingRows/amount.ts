import { formatMoney } from 'c/textUtils';
import type { Row } from './rows';
import { numberOf, textOf } from './rows';

/** Writes an amount of a row in the row's own currency; empty where it is not known. @param short as `formatMoney` has it */
export function amountOf(row: Row | undefined, field: string, short = false): string {
  return formatMoney(numberOf(row, field), textOf(row, 'Currency_Code__c'), short);
}

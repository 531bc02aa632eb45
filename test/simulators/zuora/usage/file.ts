import { parse as parseCsv } from 'csv-parse/sync';
import { isDate } from '../dates.ts';
import { ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { Usage, UsageImport } from './model.ts';
import { addUsage, refuse, usageOf, type UsageRequest } from './record.ts';

const required = ['ACCOUNT_ID', 'UOM', 'QTY', 'STARTDATE', 'ENDDATE', 'SUBSCRIPTION_ID', 'CHARGE_ID', 'DESCRIPTION'];
const columns = [...required, 'UNIQUE_KEY'];

const mostBytes = 4 * 1024 * 1024;
const mostNameLetters = 50;

/** Takes a file in; whether its rows are right shows later, at its status. @throws ZuoraError for name and size */
export function takeFile(tenant: Tenant, name: string, text: string): UsageImport {
  if (!name.toLowerCase().endsWith('.csv')) refuse('The file must have the extension .csv.');
  if (name.length > mostNameLetters) refuse(`The file name must not be longer than ${mostNameLetters} characters.`);
  if (Buffer.byteLength(text) > mostBytes) refuse('The file must not be larger than 4 MB.');
  const at = tenant.now();
  const taken: UsageImport = {
    id: tenant.newId(),
    fileName: name,
    text,
    status: 'Pending',
    statusReason: null,
    importedCount: 0,
    totalCount: 0,
    dueAt: Date.now() + tenant.options.jobMs,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.usageImports.push(taken);
  tenant.touch();
  return taken;
}

/** Reads every file whose time has come: all rows or none of them. */
export function readFiles(tenant: Tenant): void {
  for (const file of tenant.data.usageImports)
    if (file.status === 'Pending' && file.dueAt <= Date.now()) read(tenant, file);
}

function read(tenant: Tenant, file: UsageImport): void {
  try {
    const rows = rowsOf(file.text);
    file.totalCount = rows.length;
    const found: Usage[] = [];
    rows.forEach((row, index) => {
      try {
        found.push(usageOf(tenant, row, file.id));
      } catch (error) {
        if (error instanceof ZuoraError) refuse(`Row ${index + 2}: ${error.message}`);
        throw error;
      }
    });
    const keys = found.flatMap((one) => (one.uniqueKey === null ? [] : [one.uniqueKey]));
    if (new Set(keys).size < keys.length) refuse('A UNIQUE_KEY stands twice in the file.');
    for (const usage of found) addUsage(tenant, usage);
    Object.assign(file, { status: 'Completed', importedCount: found.length });
  } catch (error) {
    if (!(error instanceof ZuoraError)) throw error;
    Object.assign(file, { status: 'Failed', statusReason: error.message });
  }
  file.updatedDate = tenant.now();
  file.text = '';
  tenant.touch();
}

/** `MM/DD/YYYY`, the locale of the API user of this tenant; undefined for anything else. */
function dateOf(text: string): string | undefined {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  const date = match && `${match[3]}-${match[1]!.padStart(2, '0')}-${match[2]!.padStart(2, '0')}`;
  return date && isDate(date) ? date : undefined;
}

function rowsOf(text: string): UsageRequest[] {
  let lines: string[][];
  try {
    lines = parseCsv(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: false });
  } catch {
    return refuse('The file is not a comma-separated file.');
  }
  const [head = [], ...rest] = lines;
  for (const name of required) if (!head.includes(name)) refuse(`The column ${name} is missing.`);
  for (const name of head)
    if (!columns.includes(name) && !name.endsWith('__c')) refuse(`The column ${name} is unknown.`);
  return rest.map((cells, index) => {
    const cell = (name: string) => cells[head.indexOf(name)] ?? '';
    const optional = (name: string) => cell(name) || undefined;
    for (const name of ['ACCOUNT_ID', 'UOM', 'QTY', 'STARTDATE'])
      if (cell(name) === '') refuse(`Row ${index + 2}: ${name} is empty.`);
    const quantity = Number(cell('QTY'));
    for (const name of ['STARTDATE', 'ENDDATE'])
      if (cell(name) !== '' && dateOf(cell(name)) === undefined)
        refuse(`Row ${index + 2}: ${name} must be a date in the format MM/DD/YYYY.`);
    if (!(quantity >= 0)) refuse(`Row ${index + 2}: QTY must be a number that is not negative.`);
    return {
      // The account's number, whatever the column is called.
      AccountNumber: cell('ACCOUNT_ID'),
      UOM: cell('UOM'),
      Quantity: quantity,
      StartDateTime: dateOf(cell('STARTDATE'))!,
      EndDateTime: dateOf(cell('ENDDATE')),
      SubscriptionNumber: optional('SUBSCRIPTION_ID'),
      ChargeNumber: optional('CHARGE_ID'),
      Description: optional('DESCRIPTION'),
      UniqueKey: optional('UNIQUE_KEY'),
    };
  });
}

import type { FieldValue } from '../../org/types.ts';
import type { Element, MetadataFile } from '../../org/schema/metadata.ts';
import type { ReportColumn } from './reportTypes.ts';

/** A bucket field: what one column comes to, in the order of the definition. */
export type Bucket = {
  name: string;
  label: string;
  source: ReportColumn;
  values: string[];
  of(value: FieldValue): string | null;
};

const NUMBERS = ['double', 'int', 'percent', 'currency'];

/** A range holds what is above `from`, up to and with `to`, as the report builder shows it: `> 30 to 60`. */
function numberBucket(file: MetadataFile, element: Element): Bucket['of'] {
  const zero = file.text(element, 'nullTreatment') === 'z';
  const bound = (source: Element | undefined, name: string, absent: number): number => {
    const text = source && file.text(source, name);
    if (text === undefined || text === '') return absent;
    if (!Number.isFinite(Number(text))) throw file.fault(`<${name}> must be a number`);
    return Number(text);
  };
  const ranges = file.list(element, 'values').map((value) => {
    const [source] = file.list(value, 'sourceValues');
    return {
      name: file.need(value, 'value'),
      from: bound(source, 'from', -Infinity),
      to: bound(source, 'to', Infinity),
    };
  });
  for (const [at, range] of ranges.entries())
    if (range.from >= range.to || (at > 0 && range.from !== ranges[at - 1]!.to))
      throw file.fault(`the ranges of a bucket must follow each other without gaps: ${range.name}`);
  return (value) => {
    if (value === null && !zero) return null;
    const number = Number(value ?? 0);
    return ranges.find(({ from, to }) => number > from && number <= to)?.name ?? null;
  };
}

function listBucket(file: MetadataFile, element: Element): Bucket['of'] {
  const bySource = new Map(
    file
      .list(element, 'values')
      .flatMap((value) =>
        file
          .list(value, 'sourceValues')
          .map((source) => [file.need(source, 'sourceValue').toLowerCase(), file.need(value, 'value')]),
      ) as [string, string][],
  );
  const other = file.flag(element, 'useOther') ? (file.text(element, 'otherBucketLabel') ?? 'Other') : null;
  return (value) => bySource.get(String(value ?? '').toLowerCase()) ?? other ?? (value === null ? null : String(value));
}

/** @throws Error that names the file */
export function readBucket(file: MetadataFile, element: Element, column: (name: string) => ReportColumn): Bucket {
  file.allow(element, [
    ...['bucketType', 'developerName', 'masterLabel', 'nullTreatment', 'otherBucketLabel', 'sourceColumnName'],
    ...['useOther', 'values'],
  ]);
  const type = file.need(element, 'bucketType');
  const source = column(file.need(element, 'sourceColumnName'));
  const isNumber = NUMBERS.includes(source.path.field.type);
  if (!['number', 'picklist', 'text'].includes(type) || isNumber !== (type === 'number'))
    throw file.fault(`bucketType ${type} does not fit ${source.name}`);
  for (const value of file.list(element, 'values')) {
    file.allow(value, ['sourceValues', 'value']);
    for (const one of file.list(value, 'sourceValues')) file.allow(one, ['from', 'sourceValue', 'to']);
  }
  const other = file.flag(element, 'useOther') ? [file.text(element, 'otherBucketLabel') ?? 'Other'] : [];
  return {
    name: file.need(element, 'developerName'),
    label: file.need(element, 'masterLabel'),
    source,
    values: [...file.list(element, 'values').map((value) => file.need(value, 'value')), ...other],
    of: type === 'number' ? numberBucket(file, element) : listBucket(file, element),
  };
}

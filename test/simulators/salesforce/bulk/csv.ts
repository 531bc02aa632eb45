import { parse } from 'csv-parse/sync';

export const DELIMITERS = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
} as const;
export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;

/** How the files of a job are written. */
export type Dialect = { columnDelimiter: keyof typeof DELIMITERS; lineEnding: keyof typeof LINE_ENDINGS };

/** A file that no row of can be tried; the message is that of the job. */
export class CsvFault extends Error {}

export type Table = { header: string[]; rows: string[][] };

/**
 * Reads an uploaded file as strictly as the Bulk API: quotes and line endings as the job says, no spaces around quotes, a
 * byte order mark belongs to the first name.
 * @throws CsvFault
 */
export function readCsv(text: string, { columnDelimiter, lineEnding }: Dialect): Table {
  if (text === '') return { header: [], rows: [] };
  const otherEnding = lineEnding === 'LF' ? /\r\n/.test(text) : /(?<!\r)\n/.test(text.replace(/"(?:[^"]|"")*"/g, ''));
  if (otherEnding)
    throw new CsvFault(
      `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`,
    );
  let lines: string[][];
  try {
    lines = parse(text, {
      delimiter: DELIMITERS[columnDelimiter],
      record_delimiter: LINE_ENDINGS[lineEnding],
      bom: false,
      relax_column_count: false,
      skip_empty_lines: true,
    });
  } catch (error) {
    throw new CsvFault(`InvalidBatch : Failed to parse CSV : ${error instanceof Error ? error.message : ''}`);
  }
  const [header = [], ...rows] = lines;
  return { header, rows };
}

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

/** Lines in quotes throughout, each ended as the job says. */
export function writeCsv(lines: readonly (readonly string[])[], { columnDelimiter, lineEnding }: Dialect): string {
  const [delimiter, ending] = [DELIMITERS[columnDelimiter], LINE_ENDINGS[lineEnding]];
  return lines.map((line) => line.map(quoted).join(delimiter) + ending).join('');
}

/** Text of rows as a file: JSON Lines, or columns set apart by a sign with a head line. */
export function fileText(
  labels: readonly string[],
  rows: readonly (readonly unknown[])[],
  format: 'JSON' | string,
): string {
  if (format === 'JSON')
    return rows
      .map((row) => `${JSON.stringify(Object.fromEntries(labels.map((label, index) => [label, row[index]])))}\n`)
      .join('');
  const separator = format;
  const cell = (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /["\n\r]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [labels, ...rows].map((row) => `${row.map(cell).join(separator)}\n`).join('');
}

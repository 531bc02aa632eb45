/** Lines of columns that are as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A number of seconds for people, such as `4 min` or `3 days`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function ago(at: Date, now: Date): string {
  return `${duration((now.getTime() - at.getTime()) / 1000)} ago`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Names of fields whose values say who somebody is, or open something. */
const PERSONAL =
  /name|e_?mail|phone|mobile|street|line1|line2|city|postal|zip|address|tax_?id|iban|last4|card|bank|secret|token|password|signature|fingerprint|contact|bill_?to|sold_?to|url$|ip$/i;

/** A copy to show: values of personal or secret fields are hidden, ids, states, amounts and times are not. */
export function redacted(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, field));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redacted(item, name)]));
  return typeof value === 'string' && value !== '' && PERSONAL.test(field) ? '[hidden]' : value;
}

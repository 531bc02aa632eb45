/** Puts `values` into the places `{0}`, `{1}` … of a label. */
export function fill(label: string, ...values: readonly (string | number)[]): string {
  return label.replace(/\{(\d+)\}/g, (place, index: string) => String(values[Number(index)] ?? place));
}

/** Joins the parts that say something by a middle dot. */
export function join(parts: readonly (string | null | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}

const LONGEST_ID = 20;

/** Leaves out the middle of a long id, such as "sub_EJnaoy…nXCj"; people tell ids apart by both ends. */
export function shorten(id: string): string {
  return id.length > LONGEST_ID ? `${id.slice(0, 10)}…${id.slice(-4)}` : id;
}

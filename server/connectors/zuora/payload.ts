/** Values of callouts stand under whatever names their template gives them (`AccountId`, `Account.Id`, `account_id`). */
export function valueOf(payload: Readonly<Record<string, unknown>>, names: readonly string[]): string | null {
  const plain = new Map(
    Object.entries(payload).map(([name, value]) => [name.toLowerCase().replace(/[^a-z]/g, ''), value]),
  );
  for (const name of names) {
    const value = plain.get(name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

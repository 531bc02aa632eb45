/** How far a user may go with a record; `all` is what its owner may: delete it, give it away, share it. */
export const LEVELS = { none: 0, read: 1, edit: 2, all: 3 } as const;
export type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** Of shares, sharing rules and roles: `None`, `Read`, `Edit`, `All`. */
export const levelNamed = (name: unknown): Level =>
  ({ Read: LEVELS.read, Edit: LEVELS.edit, All: LEVELS.all })[String(name)] ?? LEVELS.none;

export const highest = (levels: readonly Level[]): Level => Math.max(LEVELS.none, ...levels) as Level;

/** Keeps what a text was read as, for the next org that is made of the same files; what fails is tried again. */
export function onceForEach<T extends object>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text) ?? read(text);
    known.set(text, found);
    return found;
  };
}

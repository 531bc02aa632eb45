import { createElement } from 'lwc';

type Value = string | number | boolean | null;
type Fields = Readonly<Record<string, Value>>;
export type Node = { Id: string } & Record<string, unknown>;

let made = 0;

/** A node of a GraphQL answer; fields that are not named are absent, as for a user who may not read them. */
export function node(fields: Fields, parents: Readonly<Record<string, Node>> = {}): Node {
  made += 1;
  const wrapped = Object.entries(fields).map(([name, value]) => [name, { value }]);
  return { Id: `a0${String(made).padStart(16, '0')}`, ...Object.fromEntries(wrapped), ...parents };
}

/** The data of an answer; objects that are not named are absent, as for a user who may not read them. */
export function answer(objects: Readonly<Record<string, readonly Node[]>>, hasNextPage = false): unknown {
  const selections = Object.entries(objects).map(([object, nodes]) => [
    object,
    { edges: nodes.map((one) => ({ node: one })), pageInfo: { hasNextPage } },
  ]);
  return { uiapi: { query: Object.fromEntries(selections) } };
}

/** A node without one of its fields. */
export function without(one: Node, field: string): Node {
  return Object.fromEntries(Object.entries(one).filter(([name]) => name !== field)) as Node;
}

/** A record as `getRecord` answers it; a parent is a record in its place. */
export function record(id: string, fields: object): unknown {
  const wrapped = Object.entries(fields).map(([name, value]) => [name, { value: value as unknown }]);
  return { id, fields: Object.fromEntries(wrapped) as unknown };
}

/** Puts a component on the page. */
export function mount<T extends HTMLElement>(
  tag: string,
  is: Parameters<typeof createElement>[1]['is'],
  props: Record<string, unknown> = {},
): T {
  const element = createElement(tag, { is });
  Object.assign(element, props);
  document.body.appendChild(element);
  return element as unknown as T;
}

export function clearPage(): void {
  document.body.replaceChildren();
}

/** Ticks that a part which is loaded when it is shown, and those in it, take to stand there. */
const TICKS = 20;

/** Waits until what was changed has been rendered. */
export async function rendered(): Promise<void> {
  for (let tick = 0; tick < TICKS; tick += 1) await Promise.resolve();
}

/** Elements below `root`, through shadow roots, that match. */
export function findAll(root: Element, selector: string): Element[] {
  const inside = root.shadowRoot ?? root;
  const below = [...inside.querySelectorAll('*')];
  return [
    ...below.filter((element) => element.matches(selector)),
    ...below.flatMap((element) => (element.shadowRoot ? findAll(element, selector) : [])),
  ];
}

/** Text of the first element that matches, with white space made single; null when there is none. */
export function textAt(root: Element, selector: string): string | null {
  const [element] = findAll(root, selector);
  return element ? words(element) : null;
}

/** What is written in an element, with a space between its parts. */
export function words(element: Element): string {
  return textsIn(element).join(' ').replace(/\s+/g, ' ').trim();
}

function textsIn(parent: ParentNode & globalThis.Node): string[] {
  return [...parent.childNodes].flatMap((child) =>
    child instanceof Element ? textsIn(child) : [child.textContent ?? ''],
  );
}

/** The stub of the adapter in sfdx-lwc-jest, as tests drive it. */
export type GraphqlStub = {
  emit(data: unknown, filter?: ((config: unknown) => boolean) | null, refresh?: () => Promise<unknown>): void;
  emitErrors(errors: unknown): void;
  getLastConfig(): unknown;
};

/** The stub of `getRecord` in sfdx-lwc-jest, as tests drive it. */
export type RecordStub = {
  emit(data: unknown): void;
  error(body: unknown, status: number): void;
};
